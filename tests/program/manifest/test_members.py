"""Lists are compared by what their members are: by name, or as sets, never by where they stand."""

from hypothesis import given
from hypothesis import strategies as st

from program.manifest.members import member_leaves, unequal

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.text(alphabet="ab", max_size=2)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "Sid", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def told(**sides):
    return list(unequal(sides))


def paths(value):
    return [path for path, _, _ in member_leaves(value)]


def test_members_go_by_their_name():
    one, other = {"name": "a", "value": 1}, {"name": "b", "value": 1}

    assert told(x={"p": [one, other]}, y={"p": [other | {"value": 2}, one]}) == [("p[b].value", {"x": 1, "y": 2})]


def test_a_member_more_is_told_whole():
    assert told(x={"p": []}, y={"p": [{"name": "a", "v": 1}]}) == [("p[a]", {"x": None, "y": {"name": "a", "v": 1}})]


def test_members_without_a_name_are_there_or_not():
    assert told(x=["a", "b"], y=["b", "c"], z=["b"]) == [
        ("[]", {"x": "a", "y": None, "z": None}),
        ("[]", {"x": None, "y": "c", "z": None}),
    ]


def test_one_object_on_each_side_is_the_same_one():
    assert told(x={"s": [{"a": 1, "b": 2}]}, y={"s": [{"a": 1, "b": 3}]}) == [("s[0].b", {"x": 2, "y": 3})]


def test_a_member_that_is_there_twice_is_told_when_it_is_there_once():
    assert told(x=["a", "a"], y=["a"]) == [("[]", {"x": "a", "y": None})]


def test_two_of_one_name_are_told_apart():
    twice = [{"name": "a", "v": 1}, {"name": "a", "v": 2}]

    assert told(x=twice, y=[{"name": "a", "v": 1}]) == [("[a]", {"x": {"name": "a", "v": 2}, "y": None})]


def test_another_kind_of_value_is_told_whole():
    assert told(x={"a": {"b": 1}}, y={"a": [1]}) == [("a", {"x": {"b": 1}, "y": [1]})]
    assert told(x={"a": 1}, y={"a": True}) == [("a", {"x": 1, "y": True})]


def test_leaves_have_the_same_paths():
    value = {"p": [{"name": "a", "v": 1}, {"v": 2}], "q": ["x", "y"], "r": [{"s": 1}], "t": {}}

    assert paths(value) == ["p[a].name", "p[a].v", "p[].v", "q[]", "q[]", "r[0].s", "t"]


@given(values)
def test_a_value_is_equal_to_itself(value):
    assert told(x=value, y=value) == []


@given(values)
def test_every_leaf_has_a_place_of_its_own(value):
    places = [place for _, place, _ in member_leaves(value)]

    assert len(set(places)) == len(places)
