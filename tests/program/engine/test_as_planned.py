"""What was done is held against what was reviewed, by the values that both know."""

from program.engine.as_planned import moved_since
from program.manifest.normalise import UNKNOWN
from tests.program.report.results import CLUSTER, FUNCTION
from tests.program.report.samples import change, prop


def test_a_value_that_moved_meanwhile_is_told_with_both_changes():
    planned = change(FUNCTION, "update", prop("timeout", 30, 31), prop("memorySize", 1024, 2048))
    done = change(FUNCTION, "update", prop("timeout", 45, 31), prop("memorySize", 1024, 2048))

    (told,) = moved_since([planned], [done])

    assert told == f"{planned.name} timeout was planned 30 -> 31, and done 45 -> 31"


def test_a_value_that_was_not_there_is_nothing():
    planned, done = (change(FUNCTION, "update", prop("description", before, "new")) for before in (None, "by hand"))

    (told,) = moved_since([planned], [done])

    assert told.endswith('was planned nothing -> "new", and done "by hand" -> "new"')


def test_what_the_plan_did_not_know_yet_and_what_it_did_not_hold_is_not_compared():
    planned = change(FUNCTION, "update", prop("role", UNKNOWN, UNKNOWN))
    done = change(FUNCTION, "update", prop("role", "arn:a", "arn:b"), prop("other", 1, 2))

    assert moved_since([planned], [done, change(CLUSTER, "update", prop("port", 1, 2))]) == ()
