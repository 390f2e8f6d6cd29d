import json

import jsonschema
import pytest

from program.report.machine.annotations import of_report as render
from program.report.machine.sarif import chosen
from program.report.machine.sarif import of_report as sarif
from tests.program.report.samples import (
    CLUSTER,
    RUN,
    assemble,
    change,
    checked_stack,
    clean,
    failing_by_policy,
    finding,
    many,
    preview,
    result,
    unchanged,
)
from tests.program.report.sarif_subset import RUN as SARIF_RUN


def lines(report):
    return render(report).splitlines()


def faulty(number, **options):
    found = [finding("rds-encrypted", f"fault {index:02}", kind=CLUSTER, **options) for index in range(number)]
    return assemble(result(checked_stack("dev", *found)), [])


@pytest.mark.parametrize(("number", "kind", "level"), [(13, "error", "mandatory"), (11, "warning", "advisory")])
def test_of_too_many_the_last_says_how_many_more(number, kind, level):
    shown = [line for line in lines(faulty(number, level=level)) if line.startswith(f"::{kind} ")]

    assert len(shown) == 10
    assert shown[-1] == f"::{kind} title=parity::{number - 9} more {kind}s: the summary of this run has them all"


def test_ten_are_shown_without_a_word_of_more():
    assert not any("more" in line for line in lines(faulty(10)))


def test_a_report_without_a_fault_is_a_notice():
    assert lines(unchanged()) == ["::notice title=parity::Nothing changes"]


def test_what_could_not_be_read_is_an_error():
    first, _ = lines(assemble(result(), [], problems=["check.json: No such file or directory"]))

    assert first.startswith("::error title=deployment-step%3A Every step")
    assert first.endswith("::check.json: No such file or directory")


def test_a_loss_of_data_of_unknown_origin_has_no_place():
    dropped = change(CLUSTER, "delete").model_copy(update={"source": None})
    (first, _) = lines(assemble(clean(), [preview("prod", dropped)], expected=["prod"]))

    heading = "::warning title=data-loss%3A A resource that holds data must stay.::"
    assert first.startswith(f"{heading}database-cluster in prod")


def test_a_message_cannot_begin_a_command_of_its_own():
    failed = preview("prod", outcome="failed", error="a\n::error::b\r%")
    first, _ = lines(assemble(clean(), [failed], expected=["prod"]))

    assert r"a\n::error::b\r%25" in first


def runs(report):
    document = json.loads(sarif(report))
    for each in document["runs"]:
        jsonschema.validate(each, SARIF_RUN)
    return {run["automationDetails"]["id"]: run["results"] for run in document["runs"]}


def test_each_stack_is_a_run_and_what_they_differ_in_another():
    found = runs(failing_by_policy())

    assert {category: [each["ruleId"] for each in results] for category, results in found.items()} == {
        "parity/dev/": ["sns-subscribed", "rds-nondefault-port"],
        "parity/prod/": ["rds-encrypted", "data-loss", "rds-nondefault-port"],
        "parity/staging/": ["iam-no-wildcards", "rds-nondefault-port"],
        "parity/stacks/": ["parity", "stale-difference"],
    }


def test_no_file_has_more_runs_than_github_takes():
    report = many(30, 1)
    shown, left = chosen(report)

    assert len(runs(report)) == 20
    assert (len(shown), len(left)) == (19, 11)


def test_a_step_that_failed_is_a_result_at_its_stack_file():
    report = assemble(clean(), [preview("prod", outcome="failed", error="no")], expected=["prod"], run=RUN)

    (step,) = [each for each in runs(report)["parity/prod/"] if each["ruleId"] == "deployment-step"]
    assert step["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "stacks/Pulumi.prod.yaml"
