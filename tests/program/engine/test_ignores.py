"""Drift that a reviewed entry lets pass, and entries that nothing needs any more."""

import datetime

import pytest

from policies.drift_ignores import Ignore, load_ignores
from policies.schema import ReviewedFileError
from program.engine.ignores import sift
from program.engine.records import Change, PropertyChange

TODAY = datetime.date(2030, 6, 15)
HERE = "here"
TYPE = "aws:rds/cluster:Cluster"


def entry(**changed):
    fields = {
        "environment": HERE,
        "type": "aws:rds/*",
        "name": "database-*",
        "property": "window",
        "reason": "the operators are told",
        "owner": "ops",
        "expires": "2030-06-15",
    }
    return Ignore.model_validate(fields | changed)


def change(*paths, operation="update", name="database-cluster"):
    return Change(
        urn=f"urn:{name}",
        type=TYPE,
        name=name,
        operation=operation,
        stateful=True,
        source=None,
        properties=tuple(PropertyChange(path=path, before=1, after=2) for path in paths),
    )


def sifted(changes, *entries):
    return sift(changes, entries, HERE, TODAY)


def paths(changes):
    return [[item.path for item in found.properties] for found in changes]


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("window", True),
        ("window.start", True),
        ("window[0].start", True),
        ("windows", False),
        ("a.window", False),
    ],
)
def test_an_entry_covers_its_property_and_what_stands_below_it(path, covered):
    found = sifted([change(path)], entry())

    assert (paths(found.counting), len(found.passing)) == (([], 1) if covered else ([[path]], 0))


@pytest.mark.parametrize(
    "other",
    [{"environment": "elsewhere"}, {"type": "aws:sns/*"}, {"name": "other-*"}, {"expires": "2030-06-14"}],
    ids=lambda other: next(iter(other)),
)
def test_an_entry_is_about_its_own_alone(other):
    found = sifted([change("window")], entry(**other))

    assert paths(found.counting) == [["window"]]
    assert found.passing == ()


def test_an_entry_holds_on_its_last_day():
    assert sifted([change("window")], entry(expires=TODAY)).counting == ()


def test_what_is_let_pass_is_listed_with_reason_owner_and_end():
    (ignored,) = sifted([change("window")], entry()).passing

    assert (ignored.reason, ignored.owner, ignored.expires) == ("the operators are told", "ops", "2030-06-15")
    assert ignored.change == change("window")


def test_what_an_entry_does_not_cover_still_counts():
    found = sifted([change("window", "retention")], entry())

    assert paths(found.counting) == [["retention"]]
    assert paths(item.change for item in found.passing) == [["window"]]


def test_two_entries_for_one_resource_are_listed_each():
    found = sifted([change("window", "retention")], entry(), entry(property="retention", owner="others"))

    assert found.counting == ()
    assert [item.owner for item in found.passing] == ["ops", "others"]


def test_a_resource_that_is_gone_always_counts():
    for gone in (change(operation="delete"), change("window", operation="delete")):
        found = sifted([gone], entry())

        assert found.counting == (gone,)
        assert found.passing == ()


def test_an_update_of_which_nothing_is_to_be_seen_counts():
    found = sifted([change()], entry())

    assert found.counting == (change(),)
    assert found.passing == ()


def test_entries_to_remove_are_named_with_why():
    found = sifted([], entry(), entry(expires="2030-06-14"), entry(environment="elsewhere"))

    assert found.stale == (
        "aws:rds/* database-*: window: expired on 2030-06-14",
        "aws:rds/* database-*: window: nothing needs it",
    )


def test_an_entry_that_is_needed_is_not_stale():
    assert sifted([change("window")], entry()).stale == ()


class TestTheFile:
    def test_of_the_project_can_be_read(self):
        assert isinstance(load_ignores(), tuple)

    def test_has_entries(self, tmp_path):
        file = tmp_path / "ignores.yaml"
        fields = "".join(f"    {key}: {value}\n" for key, value in entry().model_dump(mode="json").items())
        file.write_text(f"ignores:\n  -\n{fields.replace('aws:rds/*', repr('aws:rds/*'))}")

        assert load_ignores(file) == (entry(),)

    @pytest.mark.parametrize(
        "text", ["", "ignores: x\n", "ignores: []\nmore: 1\n", "ignores:\n  - {environment: here}\n"]
    )
    def test_or_is_refused(self, tmp_path, text):
        file = tmp_path / "ignores.yaml"
        file.write_text(text)

        with pytest.raises(ReviewedFileError, match=r"ignores\.yaml"):
            load_ignores(file)
