import pytest

from program.report.content.assembly import assemble
from tests.program.report.samples import (
    CLUSTER,
    FUNCTION,
    apart,
    apply,
    change,
    clean,
    destroy,
    drift,
    finding,
    hashes,
    preview,
    prop,
)

MEMORY = change(FUNCTION, "update", prop("memorySize", 1, 2))


def only(*records, **options):
    """Return the report of prod's records."""
    report = assemble(clean(), records, expected=["prod"], **options)
    return next(stack for stack in report.stacks if stack.stack == "prod")


@pytest.mark.parametrize(
    ("records", "outcome", "blocks"),
    [
        ([], "no result", True),
        ([preview("prod")], "no change", False),
        ([preview("prod", MEMORY)], "to deploy", False),
        ([preview("prod", outcome="blocked")], "blocked", True),
        ([preview("prod", outcome="failed", error="no")], "failed", True),
        ([preview("prod", MEMORY), apply("prod", MEMORY)], "applied", False),
        ([preview("prod", MEMORY), apply("prod", outcome="refused")], "refused", True),
        ([apply("prod", outcome="different")], "different", True),
        ([drift("prod", "clean")], "no drift", False),
        ([drift("prod", "drifted", MEMORY)], "drifted", True),
        ([drift("prod", "undeployed")], "undeployed", True),
        ([drift("prod", "check-failed")], "check-failed", True),
        ([destroy("prod")], "destroyed", False),
        ([destroy("prod", "failed")], "failed", True),
    ],
)
def test_the_latest_step_says_how_the_stack_stands(records, outcome, blocks):
    stack = only(*records)

    assert (stack.outcome, stack.blocks) == (outcome, blocks)


def test_a_step_that_failed_before_an_apply_still_blocks():
    assert only(preview("prod", outcome="blocked"), apply("prod")).blocks


def test_a_stack_that_was_only_checked_blocks_nothing():
    report = assemble(clean(), [])

    assert {stack.outcome for stack in report.stacks} == {"checked"}
    assert report.ok


def test_with_any_record_each_checked_stack_needs_one():
    report = assemble(clean(), [preview("prod")])

    assert [stack.stack for stack in report.stacks if stack.missing] == ["dev", "staging"]
    assert not report.ok


def test_where_stacks_are_named_only_those_need_a_record():
    assert assemble(clean(), [preview("prod")], expected=["prod"]).ok


def test_a_stack_that_nobody_checked_is_in_the_report_all_the_same():
    report = assemble(clean(), [apply("pr-7")], expected=["pr-7", "pr-8"])

    assert [(stack.stack, stack.environment) for stack in report.stacks if stack.checked is None] == [
        ("pr-7", "dev"),
        ("pr-8", None),
    ]


def test_what_a_step_that_stopped_changes_is_not_known():
    assert only(preview("prod", outcome="failed")).changes is None
    assert only(apply("prod", MEMORY, outcome="failed")).changes == (MEMORY,)
    assert only(drift("prod", "drifted", MEMORY)).changes == (MEMORY,)


def test_the_hashes_come_from_the_latest_that_has_them():
    before, after = hashes("b0"), hashes("a0")

    stack = only(preview("prod", planned=after, deployed=before), apply("prod", deployed=after))
    assert (stack.planned, stack.deployed) == (after, after)
    assert only(preview("prod", deployed=before), apply("prod", deployed=None)).deployed == before
    assert only(drift("prod", "clean", deployed=before)).deployed == before


def test_without_a_record_the_check_says_what_is_declared():
    assert only().declared == hashes("5f1c9a")
    assert only().deployed is None
    assert only().planned is None


def test_the_differences_are_those_of_the_last_step_that_compared():
    first, second = (apart(FUNCTION, path, declared=1, deployed=2) for path in ("a", "b"))

    assert only(preview("prod", differences=(first,)), apply("prod", differences=(second,))).differences == (second,)
    assert only(preview("prod", differences=(first,))).differences == (first,)
    assert only(drift("prod", "undeployed", pending=(second,))).differences == (second,)
    assert only().differences == ()


def test_a_finding_of_the_check_and_of_the_preview_is_one():
    encrypted = finding("rds-encrypted", "no", stack="prod", kind=CLUSTER)
    other = finding("rds-encrypted", "no", stack="prod", kind=FUNCTION)

    found = only(preview("prod", findings=(encrypted, other)), apply("prod", findings=(encrypted,))).findings

    assert [(each.rule, each.resource) for each in found if each.rule == "rds-encrypted"] == [
        ("rds-encrypted", encrypted.resource),
        ("rds-encrypted", other.resource),
    ]


def test_records_of_two_commits_are_a_warning():
    other = preview("dev").model_copy(update={"commit": "1" * 40})
    report = assemble(clean(), [preview("prod"), other])

    assert report.commit is None
    assert report.notes[0].startswith("The records are of different commits: 0c5f8d1e")


def test_a_record_of_other_code_than_was_checked_is_a_warning():
    report = assemble(clean(), [preview("prod", declared=hashes("0dd"))], expected=["prod"])

    assert report.notes == ("What was recorded of prod is of other code than what was checked.",)


def test_what_could_not_be_read_blocks():
    assert not assemble(clean(), [], problems=["x: no such file"]).ok


@pytest.mark.parametrize(
    ("records", "options", "quiet"),
    [
        ([preview("prod")], {}, True),
        ([preview("prod", MEMORY)], {}, False),
        ([preview("prod", differences=(apart(FUNCTION, "a", declared=1, deployed=2),))], {}, False),
        ([preview("prod")], {"notes": ["drift.yml is off"]}, False),
        ([preview("prod", outcome="blocked")], {}, False),
        ([], {}, False),
    ],
    ids=["no change", "change", "behind", "warning", "blocked", "only checked"],
)
def test_a_report_is_quiet_when_nothing_changes_and_nothing_is_wrong(records, options, quiet):
    from program.report.content.model import Report

    report = assemble(clean(), records, expected=["prod"] if records else [], **options)
    report = Report(
        check=report.check,
        stacks=tuple(stack for stack in report.stacks if stack.stack == "prod"),
        commit=None,
        run=None,
        notes=report.notes,
        problems=(),
    )
    assert report.quiet == quiet
