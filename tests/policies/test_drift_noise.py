"""Differences that are no drift are data: each with its reason and its source, or the file is refused."""

import pytest

from policies.drift_noise import Noise, is_at, load_noise
from policies.schema import ReviewedFileError

ENTRY = {"type": "aws:x/*", "property": "a[].b", "kind": "changes", "reason": "It is a date.", "source": "the API"}


@pytest.mark.parametrize(
    ("path", "asked", "at"),
    [
        ("a", "a", True),
        ("a.b", "a", True),
        ("a[x]", "a", True),
        ("ab", "a", False),
        ("a[x].b", "a[].b", True),
        ("a[x].b.c", "a[].b", True),
        ("a[x].c", "a[].b", False),
        ("a[x].b", "a[x].b", True),
        ("a[y].b", "a[x].b", False),
        ("a[x y]", "a[x y]", True),
        ("a[]", "a[x]", False),
    ],
)
def test_a_path_is_the_one_asked_for_or_below_it(path, asked, at):
    assert is_at(path, asked) is at


def test_an_entry_is_about_its_types():
    entry = Noise.model_validate(ENTRY)

    assert entry.covers("aws:x/y:Y", "a[1].b")
    assert not entry.covers("aws:z/y:Y", "a[1].b")
    assert str(entry) == "aws:x/* a[].b"


def test_the_projects_file_can_be_read_and_says_nothing_twice():
    noise = load_noise()

    assert len({str(entry) for entry in noise}) == len(noise)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schemaVersion: 1\nnoise: 7\n", "noise is 7; it should be a valid list"),
        ("schemaVersion: 1\nnoise:\n  - {type: t, property: p, kind: sometimes}\n", "kind is 'sometimes'"),
        ("schemaVersion: 1\nnoise:\n  - {type: t, property: p, kind: changes}\n", "reason is missing"),
        ("schemaVersion: 1\nnoise: []\nmore: 1\n", "unknown key 'more'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_its_line(tmp_path, text, message):
    file = tmp_path / "drift-noise.yaml"
    file.write_text(text)

    with pytest.raises(ReviewedFileError, match=message):
        load_noise(file)
