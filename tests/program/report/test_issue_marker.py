import pytest
from hypothesis import given
from hypothesis import strategies as st

from program.report.issue.marker import fingerprint_of, marker, parse
from tests.program.report.samples import FUNCTION, apart, change, drift, prop


@given(st.text(max_size=50), st.one_of(st.none(), st.text(max_size=80)))
def test_a_marker_is_read_back_whatever_the_stack_is_called(stack, fingerprint):
    line = marker(stack, fingerprint)

    assert parse(f"{line}\n\ntext") == (stack, fingerprint)
    assert line.isascii()
    assert line.count("-->") == 1
    assert "\n" not in line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        '> <!-- parity:drift:v1 {"stack":"prod","fingerprint":null} -->',
        "<!-- parity:drift:v1 {no json} -->",
        "<!-- parity:drift:v1 [1] -->",
        '<!-- parity:drift:v1 {"stack":"prod"} -->',
        '<!-- parity:drift:v1 {"stack":7,"fingerprint":null} -->',
        '<!-- parity:drift:v1 {"stack":"prod","fingerprint":7} -->',
    ],
)
def test_what_is_no_marker_of_ours_is_none(text):
    assert parse(text) is None


def test_a_record_has_the_fingerprint_that_the_check_gave_it():
    assert fingerprint_of(drift("prod", "drifted", change(FUNCTION, "update", prop("a", 1, 2)))) == "f" * 64


def test_where_all_is_well_or_unknown_there_is_none():
    assert fingerprint_of(drift("prod", "clean")) is None
    assert fingerprint_of(drift("prod", "check-failed")) is None


def test_a_stack_that_was_never_deployed_has_one_by_what_is_pending():
    def waiting(value):
        return fingerprint_of(drift("prod", "undeployed", pending=(apart(FUNCTION, "memorySize", declared=value),)))

    assert waiting(1) == waiting(1)
    assert waiting(1) != waiting(2)
