import datetime
import re

from program.report.issue.body import body, title
from program.report.issue.notes import note
from program.report.issue.who import lookups
from tests.program.report.samples import CLUSTER, FUNCTION, RUN, change, drift, prop

MEMORY = change(FUNCTION, "update", prop("memorySize", 1, 2))


def test_a_resource_that_holds_data_comes_first():
    text = body(drift("prod", "drifted", MEMORY, change(CLUSTER, "update", prop("port", 1, 2))), RUN)

    assert text.index("| holds data | `database-cluster`") < text.index("|  | `lambda-app-function`")


def test_a_resource_that_is_gone_can_not_be_let_pass():
    text = body(drift("prod", "drifted", change(CLUSTER, "delete")), RUN)

    assert "1 resource that held data is gone." in text
    assert "Let it pass" not in text


def test_several_that_are_gone_are_counted():
    gone = drift("prod", "drifted", change(CLUSTER, "delete"), change(FUNCTION, "delete", stateful=True), MEMORY)

    assert title(gone) == "prod has drifted: 1 property of 1 resource changed in the cloud, 2 resources gone"
    assert "2 resources that held data are gone." in body(gone, RUN)


def test_a_change_without_properties_is_named_by_its_operation():
    text = body(drift("prod", "drifted", change(FUNCTION, "update")), RUN)

    assert "|  | `lambda-app-function` | (resource) | present | **update** |" in text


def test_a_stack_that_was_never_deployed_says_so():
    assert title(drift("prod", "undeployed", deployed=None)) == "prod is not what the code says: nothing deployed yet"


def test_without_a_run_there_is_no_link():
    assert "](" not in body(drift("prod", "undeployed"), None)


def test_what_to_do_is_never_left_out():
    changes = [MEMORY.model_copy(update={"name": f"function-{index}-" + "x" * 90}) for index in range(1000)]
    text = body(drift("prod", "drifted", *changes), RUN)

    assert "drifted property rows" in text
    assert "remediate.yml -f stack=prod" in text


def test_a_foundation_is_mended_by_a_person_for_no_workflow_deploys_it():
    drifted = body(drift("foundation/main", "drifted", MEMORY), RUN)
    undeployed = body(drift("foundation/main", "undeployed"), RUN)

    assert "remediate.yml" not in drifted + undeployed
    assert "an administrator runs what stands beside each; no workflow deploys a foundation." in drifted
    assert "**Keep it:**" in drifted
    assert "**Deploy what is on the main branch:** `./parity bootstrap foundation/main`." in undeployed


def test_a_step_that_tells_nothing_has_no_comment():
    assert note("open", "prod", drift("prod", "drifted", MEMORY), RUN) is None


def test_a_note_without_a_run_speaks_of_the_check():
    recovered = drift("prod", "clean").model_copy(update={"commit": None})

    assert note("tell-recovered", "prod", recovered, None) == (
        "Recovered: this check found cloud, deployment and code the same."
    )
    assert note("tell-failed", "prod", recovered, None).endswith("so this stays open. no reason is known")


def test_who_did_it_is_looked_up_in_the_service_and_region_of_what_drifted():
    since = datetime.datetime(2026, 11, 25, 4, 17, tzinfo=datetime.UTC)
    kinds = [
        ("Monitoring", "aws:cloudwatch/logGroup:LogGroup", "logs"),
        ("Monitoring", "aws:cloudwatch/metricAlarm:MetricAlarm", "alarm"),
        ("Lambda", "aws:iam/role:Role", "role"),
    ]
    found = lookups(drift("prod", "drifted", *(change(kind, "update") for kind in kinds)), since)

    assert [re.findall(r"--region (\S+).*AttributeValue=(\S+)\.amazonaws", each)[0] for each in found] == [
        ("us-east-1", "iam"),
        ("us-east-1", "logs"),
        ("us-east-1", "monitoring"),
    ]
    assert all("--start-time 2026-11-25T04:17:00Z" in each for each in found)


def test_nothing_that_a_shell_would_act_upon_is_in_a_command():
    hostile = MEMORY.model_copy(update={"type": "aws:x;rm -rf /:y"})

    assert lookups(drift("prod", "drifted", hostile), None) == []
    assert lookups(drift("prod", "drifted", MEMORY).model_copy(update={"region": "$(id)"}), None) == []
    assert lookups(drift("prod", "drifted", MEMORY).model_copy(update={"region": None}), None) == []


def test_above_what_to_do_stand_only_so_many_lines_as_are_read_at_a_glance():
    many = [MEMORY.model_copy(update={"name": f"f{index:02}"}) for index in range(30)]
    text = body(drift("prod", "drifted", *many), RUN)
    assert text.index("`f14`") < text.index("#### What to do") < text.index("`f15`")

    long = [change(FUNCTION, "update", *(prop("x" * 190, "|" * 150, "`" * 150) for _ in range(15)))]
    text = body(drift("prod", "drifted", *long), RUN)
    assert "*and " in text.partition("#### What to do")[0]
