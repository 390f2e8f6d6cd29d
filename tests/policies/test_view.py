"""What rules see: plain values, and a stop where one isn't known."""

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.view import UNKNOWN, Resource, StackView, Undecided, plain


def resource(**props: object) -> Resource:
    return Resource(urn="urn", type="t", name="n", props=props)


def test_the_sdks_proxies_become_plain():
    given = {"a": 7.0, "b": 0.5, "c": [UNKNOWN_STRING_VALUE, {"d": UNKNOWN_STRING_VALUE}], "e": "x", "f": b"y"}

    seen = plain(unknown_checking_proxy(given))

    assert seen == {"a": 7, "b": 0.5, "c": [UNKNOWN, {"d": UNKNOWN}], "e": "x", "f": b"y"}
    assert type(seen["a"]) is int
    assert repr(seen["c"][0]) == "unknown"


@pytest.mark.parametrize(
    ("path", "value", "unknown"),
    [
        ("a", UNKNOWN, "a"),
        ("a.b", {"b": UNKNOWN}, "a.b"),
        ("a.b", UNKNOWN, "a.b"),
        ("a", {"b": ["x", UNKNOWN]}, "a.b[1]"),
    ],
)
def test_reading_an_unknown_leaves_it_undecided_with_its_path(path: str, value: object, unknown: str):
    with pytest.raises(Undecided, match=rf"^{unknown.replace('[', chr(92) + '[')}$"):
        resource(a=value).get(path)


def test_absent_is_the_default_and_known_neighbours_are_read():
    found = resource(a={"b": 1, "c": UNKNOWN}, d=None)

    assert (found.get("a.b"), found.get("a.x", 5), found.get("d", 6), found.get("a.b.c", 7)) == (1, 5, 6, 7)


@pytest.mark.parametrize(
    ("value", "read"), [(True, True), ("true", True), ("false", False), ("x", True), (None, True), (0, False)]
)
def test_a_flag_is_read_as_the_provider_does(value: object, read):
    assert resource(a=value).flag("a", default=True) is read


@pytest.mark.parametrize(("value", "read"), [(7, 7), ("7", 7), (None, None), (True, None), ("x", None), ([], None)])
def test_a_number_is_read_as_the_provider_does(value: object, read: float | None):
    assert resource(a=value).number("a") == read


def test_text_is_text_alone():
    assert (resource(a="x").text("a"), resource(a=7).text("a", "y"), resource().text("a")) == ("x", "y", "")


def test_items_may_be_unknown_but_not_the_list():
    assert resource(a=[1, UNKNOWN]).items("a") == [1, UNKNOWN]
    assert resource(a="x").items("a") == []
    with pytest.raises(Undecided, match=r"^a$"):
        resource(a=UNKNOWN).items("a")


def test_resources_come_by_type_in_the_order_of_their_urns():
    first, second = Resource(urn="a", type="t", name="z", props={}), Resource(urn="b", type="t", name="y", props={})
    other = Resource(urn="c", type="u", name="x", props={})
    view = StackView(resources=[other, second, first])

    assert list(view.of("t")) == [first, second]
    assert view.by_urn(frozenset({"b", "c"}), "t") == [second]
    assert first.depends_by("a") == frozenset()
