"""What a change does to its guard and to what is declared, in every form of a check."""

import dataclasses

import pytest

from program.offline.guard.declared import DeclaredChange
from program.offline.guard.reviewed import ReviewedProblem
from program.report.check_formats import render
from tests.program.report.results import clean
from tests.program.report.samples import COMMIT, guarded

PROBLEM = ReviewedProblem("policies/drift-ignores.yaml", 9, "ignores.0.owner is missing")


def rendered(format_, **more):
    return render(format_, dataclasses.replace(clean(), guarded=guarded(**more)))


def test_a_terminal_says_first_what_is_done_to_the_guard():
    text = rendered("text")

    assert text.startswith(f"3 changes of the guard  judged by {COMMIT[:10]}, which has them not yet\n")
    assert "  limit widened  policies/environments.yaml:76  environments.prod.lambdaMemory has 8192 too" in text
    assert "    on the base this would fail: stack-settings: prod: parity:lambdaMemory is 8192" in text
    assert "Narrower: rule queue-encrypted is new" in text
    assert "  configuration lambda.memory  4096 -> 8192  (prod)" in text


def test_a_terminal_says_calmly_that_nothing_is_done_to_it():
    text = rendered("text", changes=(), declared=())

    assert text.startswith(f"The guard is as on the base ({COMMIT[:10]}), or narrower.\n")


def test_a_terminal_says_what_the_base_could_not_judge_and_which_files_are_broken():
    text = rendered(
        "text", note="the base has no guard yet", problems=(PROBLEM, ReviewedProblem("a.yaml", None, "is gone"))
    )

    assert text.startswith("the base has no guard yet\n")
    assert "FAILED policies/drift-ignores.yaml:9  ignores.0.owner is missing" in text
    assert "FAILED a.yaml  is gone" in text
    assert "2 problems of reviewed files" in text


def test_of_many_declared_changes_a_terminal_shows_the_first():
    changes = tuple(
        DeclaredChange(resource="a::b", property=f"p{index:02}", before=1, after=2, stacks=("dev",))
        for index in range(41)
    )

    text = rendered("text", declared=changes)

    assert "41 changes of what is declared" in text
    assert "b p39" in text
    assert "b p40" not in text
    assert "  and 1 more" in text


def test_annotations_stand_at_the_lines_of_the_guard():
    lines = rendered("github", problems=(PROBLEM,)).splitlines()

    assert lines[0].startswith("::error file=policies/drift-ignores.yaml,line=9,title=reviewed-file")
    assert any(line.startswith("::warning file=policies/environments.yaml,line=76,title=guard") for line in lines)
    assert any("On the base this would fail: rds-encrypted" in line for line in lines)


@pytest.mark.parametrize("format_", ["markdown", "sarif", "json"])
def test_every_other_form_has_it_too(format_):
    assert "environments.prod.lambdaMemory has 8192 too" in rendered(format_)
