import dataclasses

import pytest

from program.report.content.assembly import assemble
from program.report.pull_request.changes import change_block
from program.report.pull_request.figures import parse
from program.report.pull_request.report import for_comment, for_summary
from tests.program.report.samples import (
    CLUSTER,
    FUNCTION,
    RUN,
    TOPIC,
    apart,
    apply,
    change,
    checked_stack,
    clean,
    destroy,
    drift,
    finding,
    hashes,
    many,
    opened,
    preview,
    prop,
    result,
    unchanged,
)

MEMORY = change(FUNCTION, "update", prop("memorySize", 1, 2))


def comment(*records, **options):
    return for_comment(assemble(clean(), records, **({"expected": ["prod"]} | options)))


def shown(report):
    """The lines that a reader sees."""
    return [line for line in report.splitlines() if not line.startswith("<!--")]


def test_where_nothing_changes_one_line_says_all():
    assert shown(for_comment(unchanged())) == [
        "### ✅ Nothing changes: 3 stacks are the same but for 4 declared differences,"
        " and every mandatory rule is kept."
    ]


def test_what_is_rendered_is_read_back():
    read = parse(for_comment(opened()))

    assert (read.ok, read.quiet, read.commit) == (True, False, "0c5f8d1e2a3b4c5d6e7f8091a2b3c4d5e6f70819")
    assert [(row.stack, row.creates, row.updates) for row in read.rows] == [
        ("dev", 0, 1),
        ("pr-7", 3, 0),
        ("prod", 1, 1),
        ("staging", 0, 1),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "### ✅ Nothing changes",
        "> <!-- parity:report:v1 {} -->",
        "<!-- parity:report:v2 {} -->",
        "<!-- parity:report:v1 {} -->",
        "<!-- parity:report:v1 [] -->",
        "<!-- parity:report:v1 {not json} -->",
        '<!-- parity:report:v1 {"rows":[[1,2]]} -->',
        '<!-- parity:report:v1 {"rows":[],"ok":"perhaps"} -->',
    ],
)
def test_what_this_version_did_not_write_is_no_summary(text):
    assert parse(text) is None


def test_the_mark_says_at_a_glance_how_it_stands():
    replaced = change(CLUSTER, "replace", prop("x", 1, 2, replaces=True))

    assert shown(comment(preview("prod", MEMORY)))[0].startswith("### ✅ 1 update in prod: 3 stacks are the same")
    assert shown(comment(preview("prod", replaced)))[0].startswith("### ⚠️ 1 replace in prod, 1 resource with data lost")
    assert shown(comment(preview("prod", outcome="blocked")))[0] == "### ❌ Failed: preview blocked (prod)."


def test_a_check_alone_is_a_report_too():
    assert shown(for_comment(assemble(clean(), [])))[0].startswith("### ✅ Passed: 3 stacks are the same but for 4")


def test_one_stack_alone_is_compared_with_none():
    report = for_comment(assemble(result(checked_stack("dev")), []))

    assert shown(report)[0] == (
        "### ✅ Passed: there is one stack, with none to compare it with, and every mandatory rule is kept."
    )


def test_nothing_changes_is_said_beside_a_warning():
    assert shown(comment(preview("prod"), notes=["drift.yml is off."]))[0].startswith(
        "### ✅ Nothing changes: 3 stacks"
    )


def test_stacks_that_differ_by_hash_alone_fail():
    checked = clean()
    odd = dataclasses.replace(checked.comparison, resources_hash={"dev": "a", "prod": "b"}, differences=())
    report = for_comment(assemble(dataclasses.replace(checked, comparison=odd), []))

    assert shown(report)[0] == "### ❌ Failed: the stacks differ."
    assert "Parity: the stacks are not the same" in report


def test_what_could_not_be_read_is_the_report():
    report = for_comment(
        assemble(result(), [preview("prod")], problems=["check.json: No such file or directory"], run=RUN)
    )

    assert shown(report)[0] == "### ❌ Failed: not all of it could be read."
    assert "#### What stopped\n\n- check.json: No such file or directory" in report


def test_a_preview_alone_is_told_as_what_it_is():
    report = for_comment(assemble(result(), [preview("prod")]))

    assert shown(report)[0].endswith(": every mandatory rule is kept.")
    assert "no stack was checked" not in report


def test_without_any_stack_nothing_is_claimed():
    assert shown(for_comment(assemble(result(), [destroy()])))[0] == "### ✅ Nothing changes: no stack was checked."


def test_a_stack_without_a_record_points_at_the_run():
    assert f"- **prod** left no record: its job was cancelled or failed early; see [the run]({RUN})" in comment(run=RUN)
    assert "- **prod** left no record: its job was cancelled or failed early\n" in comment()


def test_an_apply_that_left_something_else_says_so():
    differing = apply("prod", outcome="different", differences=(apart(FUNCTION, "timeout", declared=1, deployed=2),))
    report = comment(differing)

    assert "- **prod** apply different: it ended well, and something else than was declared is there" in report
    assert "| `lambda-app-function` | `timeout` | `2` | `1` |" in report


def test_what_a_destroy_left_is_named():
    report = comment(destroy("prod", "failed", left=("urn:pulumi:prod::parity::aws:kms/key:Key::key",), error="denied"))

    assert "- **prod** destroy failed: denied\n- **prod** destroy failed: `key` still there" in report


def test_many_left_are_counted():
    left = tuple(f"urn:pulumi:prod::parity::aws:kms/key:Key::key-{index}" for index in range(25))

    assert "`key-19` and 5 more still there" in comment(destroy("prod", "failed", left=left))


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (preview("prod", deployed=None), "nothing yet"),
        (preview("prod", outcome="failed", error="no"), "-"),
        (preview("prod"), "as declared"),
        (preview("prod", deployed=hashes("b0")), "something else"),
        (
            preview("prod", deployed=hashes("b0"), differences=(apart(FUNCTION, "a", deployed=1, declared=2),)),
            "1 property apart",
        ),
    ],
    ids=["never", "unknown", "same", "else", "counted"],
)
def test_the_parity_table_says_what_is_deployed(record, words):
    (row,) = [line for line in comment(record, notes=["x"]).splitlines() if line.startswith("| **prod**")]

    assert row.split(" | ")[-2] == words


def test_a_stack_of_a_review_has_its_hashes_from_its_record_alone():
    assert "| **pr-7** | - |" not in comment(apply("pr-7", declared=None, deployed=None))


def test_each_stack_with_the_same_changes_is_named_once():
    report = comment(*(preview(name, MEMORY) for name in ("dev", "prod", "staging")))

    assert report.count("<b>dev, prod, staging</b>: 1 update") == 1


def test_what_loses_data_comes_first_of_the_changes():
    dropped = change(CLUSTER, "delete")
    report = comment(preview("prod", change(TOPIC, "delete"), MEMORY, dropped))

    assert report.index("**delete** `database-cluster` ·") < report.index("**update** `lambda-app-function`")
    assert "| prod | **delete** | `database-cluster` | the database | `aws:rds/cluster:Cluster` | - |" in report
    assert "**delete** `monitoring-topic`" in report


def test_no_value_can_end_the_fence_around_it():
    block = change_block(change(FUNCTION, "update", prop("code", "a", "```\n````\n# gone")))

    assert block.splitlines()[1] == "`````diff"
    assert block.splitlines()[-1] == "`````"
    assert r"+ code: ```\n````\n# gone" in block


def test_many_properties_are_counted():
    block = change_block(change(FUNCTION, "update", *(prop(f"p{index}", 1, 2) for index in range(30))))

    assert "# and 10 more properties" in block
    assert "p20" not in block


def test_who_approves_a_deployment_sees_every_property_that_changes():
    everything = change(FUNCTION, "update", *(prop(f"p{index}", 1, 2) for index in range(200)))
    report = assemble(clean(), [preview("prod", everything)], expected=["prod"])

    assert "+ p199: 2" in for_summary(report)
    assert "more properties" not in for_summary(report)
    assert "# and 180 more properties" in for_comment(report)


def test_a_property_that_goes_and_takes_the_resource_with_it_says_so():
    block = change_block(change(CLUSTER, "replace", prop("snapshotIdentifier", "daily", None, replaces=True)))

    assert "- snapshotIdentifier: daily  (replaces the resource)" in block


def test_a_property_that_was_and_stays_absent_is_not_shown():
    assert "\n" not in change_block(change(FUNCTION, "update", prop("layers", None, None)))


def test_a_change_without_properties_is_one_line():
    assert "\n" not in change_block(change(FUNCTION, "update"))


def test_a_change_of_unknown_origin_has_no_place():
    nowhere = change(FUNCTION, "update").model_copy(update={"source": None})

    assert change_block(nowhere) == "**update** `lambda-app-function` · `aws:lambda/function:Function`"


def test_long_values_show_where_they_differ():
    policy = '{"Statement": [{"Action": "sns:Publish", "Resource": "' + "arn:aws:sns:" * 30
    block = change_block(change(TOPIC, "update", prop("policy", f'{policy}alarms"}}', f'{policy}others"}}')))

    assert "- policy: …alarms…" in block
    assert "+ policy: …others…" in block


def test_many_names_are_several_lines():
    created = [change(TOPIC, "create").model_copy(update={"name": f"t{index:02}"}) for index in range(25)]
    report = comment(preview("prod", *created))

    assert "`t19`\n\n**create** `t20`" in report


def test_a_finding_at_many_places_names_the_first():
    names = [f"r{index:02}" for index in range(15)]
    kinds = [("Lambda", FUNCTION[1], name) for name in names]
    found = [
        dataclasses.replace(finding("rds-encrypted", "no", stack="prod"), resource=f"urn:pulumi:p::q::{t}::{name}")
        for _, t, name in kinds
    ]
    report = comment(preview("prod", findings=tuple(found), outcome="blocked"))

    assert "  - and 5 more places\n" in report


def test_a_rule_that_nobody_knows_has_no_remedy():
    report = comment(preview("prod", findings=(finding("of-tomorrow", "no", stack="prod"),), outcome="blocked"))

    assert "- **`of-tomorrow`**: of-tomorrow\n  - no\n  - prod (`stacks/Pulumi.prod.yaml:1`)\n\n" in report


def test_a_reason_that_cannot_be_told_from_the_fault_is_left_out():
    plain = finding("rds-encrypted", "plain words", stack="prod", outcome="exempt")

    assert "in" not in comment(preview("prod", findings=(plain,))).partition("plain words")[2].partition("\n")[0]


def test_what_is_left_out_is_named_with_the_run():
    report = for_comment(many(60, 20))

    assert report.rstrip().splitlines()[-1].startswith("*Left out, as GitHub takes no more: ")
    assert report.rstrip().endswith(f"[The run]({RUN}) has all of it.")


def test_an_address_longer_than_any_run_has_is_left_out():
    report = dataclasses.replace(many(60, 20), run="https://github.example/" + "x" * 1000)

    assert "[The run]" not in for_comment(report).splitlines()[-1]


def test_a_picture_shows_what_changes_and_its_neighbours():
    stacks = clean().stacks
    urns = {resource.name: resource.urn for resource in stacks[1].resources}
    resources = tuple(
        dataclasses.replace(
            resource,
            dependencies=(urns["database-cluster"], "urn:of:a:component") if resource.name == FUNCTION[2] else (),
        )
        for resource in stacks[1].resources
    )
    component = dataclasses.replace(resources[0], urn="urn:c", type="tap:components:Lambda", name="component")
    prod = dataclasses.replace(stacks[1], resources=(component, *resources))
    report = assemble(dataclasses.replace(clean(), stacks=(stacks[0], prod, stacks[2])), [preview("prod", MEMORY)])

    picture = for_summary(report).partition("```mermaid\n")[2].partition("```")[0]
    assert picture.splitlines() == [
        "graph LR",
        '  r0["database-cluster"]',
        '  r1["lambda-app-function"]:::update',
        "  r1 --> r0",
        "  classDef update fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    ]


def test_a_picture_that_nobody_could_read_is_not_drawn():
    changes = [MEMORY.model_copy(update={"name": f"f{index}"}) for index in range(50)]

    assert "mermaid" not in for_summary(assemble(clean(), [preview("prod", *changes)]))


def test_no_name_in_a_picture_is_more_than_a_name():
    hostile = MEMORY.model_copy(update={"name": 'x"] --> <b>click'})

    assert '["x?? --? ?b?click"]' in for_summary(assemble(clean(), [preview("prod", hostile)]))


def test_a_drift_record_is_a_row_like_any_other():
    report = comment(drift("prod", "drifted", MEMORY), expected=["prod"])

    assert "| ❌ | **prod** | drifted | 1 update | none |" in report
    assert "### ❌ Failed: drift drifted (prod)." in report
