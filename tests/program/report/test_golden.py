"""The reports and the drift issues as a reader sees them, byte by byte."""

import os
from pathlib import Path

import pytest

from program.report.issue.body import body, title
from program.report.machine.annotations import of_report as annotations
from program.report.machine.sarif import of_report as sarif
from program.report.pull_request.report import for_comment, for_summary
from tests.program.report.samples import (
    CLUSTER,
    FUNCTION,
    REPORTS,
    RUN,
    advised,
    apart,
    change,
    drift,
    expected,
    finding,
    ignored,
    prop,
)

GOLDEN = Path(__file__).parents[2] / "golden"


def drifted():
    return drift(
        "prod",
        "drifted",
        change(FUNCTION, "update", prop("memorySize", 4096, 1024), prop("tags.Owner|`x`", "ops", "@octocat <b>")),
        change(CLUSTER, "update", prop("backupRetentionPeriod", 7, 1)),
        advice=advised(),
        expected=expected(),
        ignored=(ignored(),),
        stale_ignores=("prod aws:sns/topic:Topic monitoring-topic tags: expired on 2026-10-31",),
        pending=(apart(FUNCTION, "timeout", deployed=30, declared=60),),
        findings=(
            finding("rds-backup-retention", "backupRetentionPeriod is 1; it must be 7", stack="prod", kind=CLUSTER),
            finding("sns-subscribed", "has no subscription in this stack", stack="prod", level="advisory"),
        ),
        deployed_commit="3f" * 20,
    )


def gone():
    return drift("staging", "drifted", change(CLUSTER, "delete", stack="staging"))


def undeployed():
    return drift("dev", "undeployed", pending=(apart(FUNCTION, "memorySize", deployed=1024, declared=2048),))


def failed():
    error = "the cloud can't be read: error: AccessDenied: not authorized to perform kms:DescribeKey; give the role it"
    return drift("prod", "check-failed", error=error, declared=None, deployed=None)


ISSUES = {"drifted": drifted, "database-gone": gone, "undeployed": undeployed, "check-failed": failed}


def is_golden(file, text):
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    golden = file.read_text(encoding="utf-8") if file.exists() else ""
    assert text == golden, f"{file.name} is not what was agreed on; run: make golden, then review the diff"


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_comment_is_the_golden_one(name):
    is_golden(GOLDEN / "report" / f"{name}.md", for_comment(REPORTS[name]()))


def test_the_summary_has_a_picture_of_what_changes():
    is_golden(GOLDEN / "report" / "replaced-cluster.summary.md", for_summary(REPORTS["replaced-cluster"]()))


@pytest.mark.parametrize("name", ["failing-by-policy", "failing-by-program"])
def test_the_annotations_are_the_golden_ones(name):
    is_golden(GOLDEN / "report" / f"{name}.log", annotations(REPORTS[name]()))


def test_the_sarif_is_the_golden_one():
    is_golden(GOLDEN / "report" / "failing-by-policy.sarif", sarif(REPORTS["failing-by-policy"]()))


@pytest.mark.parametrize("name", sorted(ISSUES))
def test_the_drift_issue_is_the_golden_one(name):
    record = ISSUES[name]()

    # GitHub shows the title above the text.
    is_golden(GOLDEN / "drift-issue" / f"{name}.md", f"# {title(record)}\n\n{body(record, RUN)}")
