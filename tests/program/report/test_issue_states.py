from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program.report.issue.states import MOST_OPEN, Night, Standing, plan, steps

SAME, OTHER = "a" * 64, "b" * 64
FOUND = ("clean", "drifted", "undeployed", "check-failed", "removed")
NOTHING = ""
# Each state of the issue, and the steps for clean, drifted or undeployed (with the fingerprint SAME), check-failed and
# removed: all there are.
TABLE = {
    None: (NOTHING, "open", "open mark-failing", NOTHING),
    (True, SAME, False): (
        "tell-recovered close-done",
        NOTHING,
        "mark-failing tell-failed",
        "tell-removed close-removed",
    ),
    (True, OTHER, False): (
        "tell-recovered close-done",
        "tell-changed rewrite",
        "mark-failing tell-failed",
        "tell-removed close-removed",
    ),
    (True, None, False): (
        "tell-recovered close-done",
        "tell-changed rewrite",
        "mark-failing tell-failed",
        "tell-removed close-removed",
    ),
    (True, SAME, True): (
        "unmark-failing tell-recovered close-done",
        "unmark-failing tell-works",
        NOTHING,
        "unmark-failing tell-removed close-removed",
    ),
    (True, OTHER, True): (
        "unmark-failing tell-recovered close-done",
        "unmark-failing tell-changed rewrite",
        NOTHING,
        "unmark-failing tell-removed close-removed",
    ),
    (True, None, True): (
        "unmark-failing tell-recovered close-done",
        "unmark-failing tell-changed rewrite",
        NOTHING,
        "unmark-failing tell-removed close-removed",
    ),
    (False, SAME, False): (NOTHING, "reopen tell-changed rewrite", "reopen mark-failing tell-failed rewrite", NOTHING),
    (False, OTHER, False): (NOTHING, "reopen tell-changed rewrite", "reopen mark-failing tell-failed rewrite", NOTHING),
    (False, None, False): (NOTHING, "reopen tell-changed rewrite", "reopen mark-failing tell-failed rewrite", NOTHING),
    (False, SAME, True): (
        NOTHING,
        "reopen unmark-failing tell-changed rewrite",
        "reopen mark-failing tell-failed rewrite",
        NOTHING,
    ),
    (False, OTHER, True): (
        NOTHING,
        "reopen unmark-failing tell-changed rewrite",
        "reopen mark-failing tell-failed rewrite",
        NOTHING,
    ),
    (False, None, True): (
        NOTHING,
        "reopen unmark-failing tell-changed rewrite",
        "reopen mark-failing tell-failed rewrite",
        NOTHING,
    ),
}


def standing_of(state):
    return Standing(is_open=state[0], fingerprint=state[1], failing=state[2]) if state else None


def night_of(found):
    return Night(found=found, fingerprint=SAME if found in ("drifted", "undeployed") else None)


def rows():
    for state, (clean, apart, failed, removed) in TABLE.items():
        for found, wanted in zip(FOUND, (clean, apart, apart, failed, removed), strict=True):
            yield pytest.param(state, found, wanted, id=f"{state} {found}")


@pytest.mark.parametrize(("state", "found", "wanted"), list(rows()))
def test_the_issue_and_the_night_decide_the_steps(state, found, wanted):
    assert " ".join(steps(standing_of(state), night_of(found))) == wanted


def test_the_table_is_whole():
    assert set(TABLE) == {None, *product((True, False), (SAME, OTHER, None), (True, False))}


@pytest.mark.parametrize("state", list(TABLE))
def test_a_failed_check_closes_nothing(state):
    assert not {"close-done", "close-removed"} & set(steps(standing_of(state), night_of("check-failed")))


@pytest.mark.parametrize("found", FOUND)
@pytest.mark.parametrize("state", list(TABLE))
def test_a_second_run_of_the_same_night_has_nothing_to_do(state, found):
    after = state
    for step in steps(standing_of(state), night_of(found)):
        is_open, fingerprint, failing = after or (True, None, False)
        after = (
            (is_open or step in ("open", "reopen")) and step not in ("close-done", "close-removed"),
            night_of(found).fingerprint if step in ("open", "rewrite") else fingerprint,
            (failing or step == "mark-failing") and step != "unmark-failing",
        )

    assert steps(standing_of(after), night_of(found)) == ()


def names(count, *, start=0):
    return [f"s{number:02}" for number in range(start, start + count)]


def drifted(urgency=1):
    return Night(found="drifted", fingerprint=SAME, urgency=urgency)


def test_no_more_issues_are_open_than_are_read():
    planned = plan({}, {name: drifted() for name in names(MOST_OPEN + 3)})

    assert sorted(planned.steps) == names(MOST_OPEN)
    assert planned.rest == tuple(names(3, start=MOST_OPEN))


def test_the_most_urgent_gets_the_last_issue():
    nights = {"a": drifted(3), "b": drifted(0), "c": drifted(2)}

    planned = plan({}, nights, most_open=1)

    assert (sorted(planned.steps), planned.rest) == (["b"], ("a", "c"))


def test_an_issue_that_closes_makes_room():
    full = {"a": Standing(is_open=True, fingerprint=SAME, failing=False)}

    planned = plan(full, {"a": night_of("clean"), "b": drifted()}, most_open=1)

    assert planned.steps == {"a": ("tell-recovered", "close-done"), "b": ("open",)}
    assert planned.rest == ()


def test_an_open_issue_is_kept_up_to_date_though_too_many_are_open():
    opened = Standing(is_open=True, fingerprint=OTHER, failing=False)

    planned = plan({"a": opened, "b": opened}, {"a": drifted(), "b": drifted(), "c": drifted()}, most_open=1)

    assert planned.steps == {"a": ("tell-changed", "rewrite"), "b": ("tell-changed", "rewrite")}
    assert planned.rest == ("c",)


states = st.sampled_from([state for state in TABLE if state is not None]).map(standing_of)
nights = st.builds(
    Night, found=st.sampled_from(FOUND), fingerprint=st.sampled_from([SAME, OTHER]), urgency=st.integers(0, 3)
)
stacks = st.sampled_from(names(8))


@given(st.dictionaries(stacks, states), st.dictionaries(stacks, nights), st.integers(0, 8))
def test_whatever_is_there_the_cap_holds_and_no_stack_is_lost(standings, found, most_open):
    planned = plan(standings, found, most_open=most_open)

    opened = {stack for stack, standing in standings.items() if standing.is_open}
    for stack, todo in planned.steps.items():
        opened |= {stack} if {"open", "reopen"} & set(todo) else set()
        opened -= {stack} if {"close-done", "close-removed"} & set(todo) else set()
    assert len(opened) <= max(most_open, sum(standing.is_open for standing in standings.values()))
    assert set(planned.steps) | set(planned.rest) == set(found)
