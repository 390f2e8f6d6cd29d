"""A glob without wildcards is compared and not compiled, with the same result."""

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from policies.globs import matches

LETTERS = st.text(alphabet="aB*?[]!-\n", max_size=6)


@given(LETTERS, LETTERS)
def test_it_says_what_fnmatch_says(text, glob):
    assert matches(text, glob) == fnmatchcase(text, glob)
