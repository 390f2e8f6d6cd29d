from program.report.issue.body import body, title
from program.report.issue.notes import note
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


def test_a_step_that_tells_nothing_has_no_comment():
    assert note("open", "prod", drift("prod", "drifted", MEMORY), RUN) is None


def test_a_note_without_a_run_speaks_of_the_check():
    recovered = drift("prod", "clean").model_copy(update={"commit": None})

    assert note("tell-recovered", "prod", recovered, None) == (
        "Recovered: this check found cloud, deployment and code the same."
    )
    assert note("tell-failed", "prod", recovered, None).endswith("so this stays open. no reason is known")
