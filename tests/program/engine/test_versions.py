"""Versions of the engine are compared by their numbers."""

import pytest

from program.engine.versions import is_higher, major


@pytest.mark.parametrize(
    ("version", "than", "higher"),
    [
        ("15.10", "15.9", True),
        ("15.9", "15.10", False),
        ("15.17", "15.17", False),
        ("16.1", "15.17", True),
        ("15.17.1", "15.17", True),
        (None, "15.17", False),
        ("15.17", None, False),
        ("latest", "15.17", False),
        (16, "15.17", False),
    ],
)
def test_a_version_is_higher_by_its_numbers(version, than, higher):
    assert is_higher(version, than) is higher


@pytest.mark.parametrize(("version", "number"), [("15.17", 15), ("16", 16), ("", None), (None, None), ("x.1", None)])
def test_the_major_version_is_the_first_number(version, number):
    assert major(version) == number
