import dataclasses
import re

import pytest

from program.manifest.differences import Difference
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
    assemble,
    change,
    checked_stack,
    clean,
    destroy,
    drift,
    finding,
    many,
    opened,
    preview,
    prop,
    result,
    unchanged,
)

KEY = ("TapStack", "aws:kms/key:Key", "tap-key")
MEMORY = change(FUNCTION, "update", prop("memorySize", 1, 2))


def comment(*records, **options):
    return for_comment(assemble(clean(), records, **({"expected": ["prod"]} | options)))


def undeclared(*values):
    """A comparison of differences that nobody declared."""
    checked = clean()
    found = [
        Difference(resource="configuration", property=path, values=each, declared=False)
        for path, each in zip(("timeout", "zones"), values, strict=False)
    ]
    return dataclasses.replace(checked.comparison, differences=tuple(found))


def shown(report):
    """The lines that a reader sees."""
    return [line for line in report.splitlines() if not line.startswith("<!--")]


def test_where_nothing_changes_three_lines_say_all():
    title, holds, last = filter(None, shown(for_comment(unchanged())))

    assert title == "### ✅ Nothing changes"
    assert holds == "3 stacks match, except for 4 declared differences; no mandatory rule fails."
    assert last.startswith("<sub>commit [`0c5f8d1e2a`](https://github.example/octo/parity/commit/0c5f8d1e2a")
    assert " · 2026-11-26 10:31 UTC · [run](" in last


def test_what_is_rendered_is_read_back():
    read = parse(for_comment(opened()))

    assert (read.ok, read.quiet, read.commit) == (True, False, "0c5f8d1e2a3b4c5d6e7f8091a2b3c4d5e6f70819")
    assert [(row.stack, row.creates, row.updates) for row in read.rows] == [
        ("dev", 0, 1),
        ("staging", 0, 1),
        ("prod", 1, 1),
        ("pr-7", 3, 0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "### ✅ Nothing changes",
        "> <!-- parity:report:v2 {} -->",
        "<!-- parity:report:v3 {} -->",
        "<!-- parity:report:v2 {} -->",
        "<!-- parity:report:v2 [] -->",
        "<!-- parity:report:v2 {not json} -->",
        '<!-- parity:report:v2 {"rows":[[1,2]]} -->',
        '<!-- parity:report:v2 {"rows":[],"ok":"perhaps"} -->',
    ],
)
def test_what_this_version_did_not_write_is_no_summary(text):
    assert parse(text) is None


def test_the_mark_says_at_a_glance_how_it_stands():
    replaced = change(CLUSTER, "replace", prop("x", 1, 2, replaces=True))

    assert shown(comment(preview("prod", MEMORY)))[0].startswith("### ✅ 1 update in prod")
    assert shown(comment(preview("prod", replaced)))[0].startswith("### ⚠️ prod would lose its database")
    assert shown(comment(preview("prod", outcome="blocked")))[0] == "### ❌ The policies block the preview of prod"


def test_a_check_alone_is_a_report_too():
    title, _, holds, *_ = shown(for_comment(assemble(clean(), [])))

    assert title == "### ✅ Nothing is wrong"
    assert holds == "3 stacks match, except for 4 declared differences; no mandatory rule fails."


def test_one_stack_alone_is_compared_with_none():
    report = for_comment(assemble(result(checked_stack("dev")), []))

    assert "\n\n1 stack checked, with no other to compare it with; no mandatory rule fails.\n" in report


def test_nothing_changes_is_said_beside_a_warning():
    assert shown(comment(preview("prod"), notes=["drift.yml is off."]))[0] == "### ✅ Nothing changes"


def test_stacks_that_differ_by_hash_alone_fail():
    checked = clean()
    odd = dataclasses.replace(checked.comparison, resources_hash={"dev": "a", "prod": "b"}, differences=())
    report = for_comment(assemble(dataclasses.replace(checked, comparison=odd), []))

    assert shown(report)[0] == "### ❌ The stacks' hashes differ"
    assert "resources `" not in report, "hashes that differ are no common ones"


def test_what_could_not_be_read_is_the_report():
    report = for_comment(
        assemble(result(), [preview("prod")], problems=["check.json: No such file or directory"], run=RUN)
    )

    assert shown(report)[0] == "### ❌ Not everything could be read"
    assert "\n\n- check.json: No such file or directory" in report


def test_a_check_that_could_not_run_is_quoted_at_its_place():
    problem = "the check could not run: policies/environments.yaml:8: schemaVersion is 2; it should be 1"
    report = for_comment(assemble(result(), [], problems=[problem], run=RUN))

    assert shown(report)[0] == "### ❌ The check could not run"
    assert "- [`environments.yaml:8`](https://github.example/octo/parity/blob/0c5f8d1e2a" in report
    assert "): schemaVersion is 2; it should be 1 **Fix it first:** nothing else was checked." in report


def test_a_check_that_could_not_run_at_no_place_is_quoted_all_the_same():
    report = for_comment(assemble(result(), [], problems=["the check could not run: no stacks"], run=RUN))

    assert "- no stacks **Fix it first:** nothing else was checked." in report


def test_a_preview_alone_is_told_as_what_it_is():
    report = for_comment(assemble(result(), [preview("prod")]))

    assert "\n\nNo mandatory rule fails.\n" in report
    assert "no stack was checked" not in report


def test_without_any_stack_nothing_is_claimed():
    title, *others = shown(for_comment(assemble(result(), [destroy()])))

    assert title == "### ✅ Nothing changes"
    assert not any("match" in line or "rule" in line for line in others)


def test_without_anything_it_says_so():
    assert shown(for_comment(assemble(result(), [])))[0] == "### ✅ No stack was checked"


def test_a_stack_without_a_record_points_at_the_run():
    assert f"- **prod** left no result: its job was cancelled or failed early; see [the run]({RUN})" in comment(run=RUN)
    assert "- **prod** left no result: its job was cancelled or failed early\n" in comment()


def test_an_apply_that_left_something_else_says_so():
    differing = apply("prod", outcome="different", differences=(apart(FUNCTION, "timeout", declared=1, deployed=2),))
    report = comment(differing)

    assert "- **prod**, apply different: it succeeded, but what is live is not what was declared" in report
    assert "| `lambda-app-function` | `timeout` | `2` | `1` |" in report


def test_what_a_destroy_left_is_named():
    report = comment(destroy("prod", "failed", left=("urn:pulumi:prod::parity::aws:kms/key:Key::key",), error="denied"))

    assert "- **prod**, destroy failed: denied\n- **prod**, destroy failed: `key` still there" in report


def test_many_left_are_counted():
    left = tuple(f"urn:pulumi:prod::parity::aws:kms/key:Key::key-{index}" for index in range(25))

    assert "`key-19` and 5 more still there" in comment(destroy("prod", "failed", left=left))


def test_each_stack_with_the_same_changes_is_named_once():
    report = comment(*(preview(name, MEMORY) for name in ("dev", "prod", "staging")))

    assert report.count("**dev, staging, prod**: 1 update") == 1
    assert "| ✅ | **dev, staging, prod** | to deploy | · | 1 | · | · |" in report


def test_a_change_that_stacks_share_is_said_once_whatever_else_changes_in_one_of_them():
    report = comment(preview("dev", MEMORY), preview("prod", MEMORY, change(TOPIC, "update", prop("a", 1, 2))))

    assert report.count("+ memorySize: 2") == 1
    assert report.index("**dev, prod**: 1 update") < report.index("**prod**: 1 update")


def test_what_loses_data_comes_first_of_the_changes():
    dropped = change(CLUSTER, "delete")
    report = comment(preview("prod", change(TOPIC, "delete"), MEMORY, dropped))

    assert report.index("`-` `database-cluster` **delete** ·") < report.index("`~` `lambda-app-function` update")
    assert "`database-cluster` in prod would be deleted (`program/service/components/database.py:7`)." in report
    assert "`-` **delete** `monitoring-topic`" in report
    assert "**Keep it:** put the resource back." in report


def test_a_loss_says_why_and_the_command_that_confirms_it():
    replaced = change(CLUSTER, "replace", prop("clusterIdentifier", "a", "b", replaces=True))
    report = comment(preview("prod", replaced))

    assert "must be replaced, because `clusterIdentifier` changes" in report
    assert "- clusterIdentifier: a\n+ clusterIdentifier: b  # forces replacement" in report
    assert "`gh workflow run remediate.yml -f stack=prod -f confirm=database-cluster`" in report
    assert "| ⚠️ | **prod** | to deploy | · | · | 1 | · |" in report


def test_a_loss_in_several_stacks_is_said_once():
    gone = change(KEY, "delete", stateful=True)
    report = comment(preview("dev", gone), preview("prod", gone))

    assert shown(report)[0] == "### ⚠️ dev, prod would lose everything that is encrypted with tap-key"
    assert "(and so on for the other stacks)" in report


def test_what_is_lost_already_needs_no_confirmation():
    report = comment(apply("prod", change(CLUSTER, "replace", prop("port", 1, 2, replaces=True))))

    assert shown(report)[0] == "### ⚠️ prod lost its database"
    assert "was replaced" in report
    assert "remediate.yml" not in report


def test_no_name_in_a_command_is_more_than_a_name():
    hostile = change(CLUSTER, "delete").model_copy(update={"name": "x; rm -rf /"})

    assert "-f 'confirm=x; rm -rf /'" in comment(preview("prod", hostile))


def test_what_is_fine_says_what_a_merge_deploys():
    report = comment(preview("dev", MEMORY), preview("prod", MEMORY), expected=["dev", "prod"])

    assert (
        "**Next:** the merge deploys `dev`, `prod`, in this order. To try it before: `./parity preview dev`" in report
    )


def test_a_policy_that_becomes_unknown_is_one_line():
    gone = [prop(f"policy.Statement[{index}].Effect", "Allow", None) for index in range(55)]
    block = change_block(change(TOPIC, "update", *gone, prop("policy", None, "${unknown}")))

    assert block.splitlines()[2:-1] == ["! policy: known after deployment"]


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

    assert "- snapshotIdentifier: daily  # forces replacement" in block


def test_a_property_that_was_and_stays_absent_is_not_shown():
    assert "\n" not in change_block(change(FUNCTION, "update", prop("layers", None, None)))


def test_a_change_without_properties_is_one_line():
    assert "\n" not in change_block(change(FUNCTION, "update"))


def test_a_change_of_unknown_origin_has_no_place():
    nowhere = change(FUNCTION, "update").model_copy(update={"source": None})

    assert change_block(nowhere) == "`~` `lambda-app-function` update · `aws:lambda/function:Function`"


def test_long_values_show_where_they_differ():
    policy = '{"Statement": [{"Action": "sns:Publish", "Resource": "' + "arn:aws:sns:" * 30
    block = change_block(change(TOPIC, "update", prop("policy", f'{policy}alarms"}}', f'{policy}others"}}')))

    assert "- policy: …alarms…" in block
    assert "+ policy: …others…" in block


def test_many_names_are_several_lines():
    created = [change(TOPIC, "create").model_copy(update={"name": f"t{index:02}"}) for index in range(25)]
    report = comment(preview("prod", *created))

    assert "`t19`\n\n`+` create `t20`" in report


def test_a_finding_at_many_places_names_the_first():
    names = [f"r{index:02}" for index in range(15)]
    kinds = [("Lambda", FUNCTION[1], name) for name in names]
    found = [
        dataclasses.replace(finding("rds-encrypted", "no", stack="prod"), resource=f"urn:pulumi:p::q::{t}::{name}")
        for _, t, name in kinds
    ]
    report = comment(preview("prod", findings=tuple(found), outcome="blocked"))

    assert "    - and 5 more places\n" in report


def test_a_rule_that_nobody_knows_has_no_remedy():
    report = comment(preview("prod", findings=(finding("of-tomorrow", "no", stack="prod"),), outcome="blocked"))

    assert "- **`of-tomorrow`** · medium\n  - no\n    - prod · `stacks/Pulumi.prod.yaml:1`\n\n" in report


def test_what_is_left_out_is_named_with_the_run():
    report = for_comment(many(60, 20))

    *_, left_out, _, last = report.rstrip().splitlines()
    assert left_out.startswith("*Left out, as GitHub takes no more: ")
    assert left_out.endswith(f"[The run]({RUN}) has all of it.")
    assert last.startswith("<sub>commit")


def test_an_address_longer_than_any_run_has_is_left_out():
    report = dataclasses.replace(many(60, 20), run="https://github.example/" + "x" * 1000)

    assert "[The run]" not in for_comment(report)
    assert "[run]" not in for_comment(report)


def test_a_picture_shows_what_changes_and_its_neighbours():
    stacks = clean().stacks
    urns = {resource.name: resource.urn for resource in stacks[2].resources}
    resources = tuple(
        dataclasses.replace(
            resource,
            dependencies=(urns["database-cluster"], "urn:of:a:component") if resource.name == FUNCTION[2] else (),
        )
        for resource in stacks[2].resources
    )
    component = dataclasses.replace(resources[0], urn="urn:c", type="tap:components:Lambda", name="component")
    prod = dataclasses.replace(stacks[2], resources=(component, *resources))
    report = assemble(dataclasses.replace(clean(), stacks=(*stacks[:2], prod)), [preview("prod", MEMORY)])

    assert "yellow: update, grey: unchanged; an arrow leads to what a resource uses." in for_summary(report)
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


def test_a_picture_that_shows_no_more_than_a_list_is_not_drawn():
    assert "mermaid" not in for_summary(assemble(clean(), [preview("prod", MEMORY)]))


def test_no_name_in_a_picture_is_more_than_a_name():
    from program.report.pull_request.graph import _label

    assert _label('x"] --> <b>click') == "x?? --? ?b?click"


def test_a_drift_record_is_a_row_like_any_other():
    report = comment(drift("prod", "drifted", MEMORY), expected=["prod"])

    assert "| ❌ | **prod** | drifted | · | 1 | · | · | 1 |" in report
    assert "| Stack | Result | Create | Update | Replace | Delete | Drift |" in report
    assert "### ❌ prod: the cloud is not what was deployed" in report


def test_a_stack_that_is_not_like_the_others_has_the_mark_of_the_title():
    checked = dataclasses.replace(clean(), comparison=undeclared({"dev": 1, "staging": 1, "prod": 2}))
    report = for_comment(assemble(checked, [preview(name) for name in ("dev", "staging", "prod")]))

    assert "### ❌ prod differs from the other stacks in timeout of configuration" in report
    assert "| ❌ | **prod** | no change, differs |" in report


def test_where_no_stack_is_like_most_the_title_says_the_stacks_differ():
    found = undeclared({"dev": 1, "staging": 2, "prod": 3}, {"dev": 1, "staging": 1, "prod": 2})
    report = for_comment(assemble(dataclasses.replace(clean(), comparison=found), []))

    assert "### ❌ The stacks differ in timeout of configuration and 1 more property" in report


def test_a_declaration_that_nothing_needs_is_a_problem_with_a_place():
    stale = "aws:lambda/function:Function lambda-app-function: property memorySize"
    checked = dataclasses.replace(clean(), comparison=dataclasses.replace(clean().comparison, stale=(stale,)))
    report = for_comment(assemble(checked, []))

    assert "### ❌ A declared difference is no longer needed" in report
    assert re.search(r"lambda-app-function: property memorySize` · `policies/environments.yaml:\d+`", report)


def test_a_fault_that_names_the_environment_is_one_for_all_stacks():
    found = [
        checked_stack(name, finding("physical-names", f"{name}-app-x: no", stack=name, kind=FUNCTION))
        for name in ("dev", "staging", "prod")
    ]
    report = for_comment(assemble(result(*found), []))

    assert r"${environment}-app-x: no".replace("$", r"\$") in report
    assert "`lambda-app-function` in dev, staging, prod ·" in report


def test_of_many_stacks_those_that_block_come_first():
    names = [f"s{index:02}" for index in range(20)]
    records = [preview(name, MEMORY) for name in names[:-1]]
    report = for_comment(assemble(result(*map(checked_stack, names)), records))

    assert parse(report).rows[0].stack == "s19"
