import pytest

from program.errors import CouldNotRunError
from program.github.drift_issues import FAILING_LABEL, LABEL, DriftIssues
from program.report.issue.marker import marker, parse
from tests.program.github.clients import fault
from tests.program.github.state import issue
from tests.program.report.samples import FUNCTION, RUN, apart, change, drift, prop

MEMORY = change(FUNCTION, "update", prop("memorySize", 2048, 1024))
STACKS = ("dev", "prod", "staging")


def drifted(stack="prod", fingerprint="f" * 64, **more):
    return drift(stack, "drifted", MEMORY, **more).model_copy(update={"fingerprint": fingerprint})


def failed(stack="prod"):
    return drift(stack, "check-failed", error="the cloud can't be read", declared=None, deployed=None)


@pytest.fixture
def night(client):
    def settle(*records, stacks=STACKS, most_open=10):
        return list(DriftIssues(client, run=RUN, most_open=most_open).settle(records, stacks))

    return settle


def issues(github):
    return {parse(each["body"])[0]: each for each in github.state["issues"]}


def test_drift_opens_an_issue_that_says_what_and_what_to_do(github, night):
    assert night(drifted(), drift("dev", "clean")) == ["prod: open #1"]

    (opened,) = github.state["issues"]
    assert opened["title"] == "prod has drifted: 1 property of 1 resource changed in the cloud"
    assert opened["labels"] == [LABEL]
    assert parse(opened["body"]) == ("prod", "f" * 64)


def test_the_same_drift_the_next_night_writes_nothing(github, night):
    night(drifted())
    before = github.writes()

    assert night(drifted()) == []
    assert github.writes() == before


def test_other_drift_is_told_and_changes_the_text(github, night):
    night(drifted())
    assert night(drifted(fingerprint="e" * 64)) == ["prod: tell-changed #1", "prod: rewrite #1"]

    assert parse(issues(github)["prod"]["body"]) == ("prod", "e" * 64)
    assert github.comments(1) == [
        f"Changed, as [this run]({RUN}) found: 1 property of 1 resource changed in the cloud."
    ]


def test_a_clean_night_closes_it_as_done(github, night):
    night(drifted())
    night(drift("prod", "clean"))

    assert (issues(github)["prod"]["state"], issues(github)["prod"]["state_reason"]) == ("closed", "completed")
    assert github.comments(1)[0].startswith(f"Recovered: [this run]({RUN}) found cloud, deployment and code the same")


def test_drift_that_comes_back_opens_the_same_issue_again(github, night):
    night(drifted())
    night(drift("prod", "clean"))
    night(drifted())

    assert [each["state"] for each in github.state["issues"]] == ["open"]


def test_a_failed_check_marks_an_open_issue_and_leaves_what_it_says(github, night):
    night(drifted())
    text = issues(github)["prod"]["body"]
    night(failed())
    night(failed())

    (marked,) = github.state["issues"]
    assert (marked["state"], marked["labels"], marked["body"]) == ("open", [LABEL, FAILING_LABEL], text)
    assert len(github.comments(1)) == 1
    assert "stays open. the cloud can't be read" in github.comments(1)[0]


def test_a_check_that_works_again_takes_the_mark_away(github, night):
    night(drifted())
    night(failed())
    night(drifted())

    assert github.state["issues"][0]["labels"] == [LABEL]
    assert github.comments(1)[-1].startswith("The check works again")


def test_a_check_that_always_failed_has_an_issue_of_its_own(github, night):
    assert night(failed()) == ["prod: open #1", "prod: mark-failing #1"]

    (opened,) = github.state["issues"]
    assert opened["title"] == "prod can't be checked for drift"
    assert parse(opened["body"]) == ("prod", None)


def test_a_label_that_a_person_set_stays(github, night):
    night(drifted())
    github.state["issues"][0]["labels"].append("on-call")
    night(failed())
    night(drifted(fingerprint="e" * 64))

    assert github.state["issues"][0]["labels"] == [LABEL, "on-call"]


def test_what_is_not_deployed_has_an_issue_too(github, night):
    night(drift("dev", "undeployed", pending=(apart(FUNCTION, "memorySize", deployed=1024, declared=2048),)))

    assert issues(github)["dev"]["title"] == "dev is not what the code says: 1 property not deployed yet"


def test_the_issue_of_a_stack_without_a_file_is_closed_as_removed(github, night):
    night(drifted("old"), stacks=("old",))
    night(drift("prod", "clean"))

    closed = issues(github)["old"]
    assert (closed["state"], closed["state_reason"]) == ("closed", "not_planned")
    assert github.comments(1)[0].startswith("There is no stack `old` any more")


def test_a_stack_that_nobody_checked_is_left_as_it_is(github, night):
    night(drifted())

    assert night(drift("dev", "clean")) == []
    assert issues(github)["prod"]["state"] == "open"


def test_an_issue_of_another_author_is_left_alone(github, night):
    github.state["issues"].append(issue(1, body=marker("prod", "f" * 64), labels=[LABEL], login="octocat"))
    night(drifted())

    assert [each["number"] for each in github.state["issues"]] == [1, 2]


def test_an_issue_without_the_marker_is_left_alone(github, night):
    github.state["issues"].append(issue(1, body="drift by hand", labels=[LABEL]))

    assert night(drift("prod", "clean")) == []
    assert github.state["issues"][0]["state"] == "open"


def test_of_doubles_the_oldest_open_one_is_kept(github, night):
    github.state["issues"] += [
        issue(1, body=marker("prod", "f" * 64), labels=[LABEL], state="closed"),
        issue(2, body=marker("prod", "f" * 64), labels=[LABEL]),
        issue(3, body=marker("prod", "f" * 64), labels=[LABEL]),
    ]

    assert night(drifted()) == ["closed #3, which doubles #2"]
    assert [each["state"] for each in github.state["issues"]] == ["closed", "open", "closed"]
    assert github.comments(3) == ["Doubles #2."]


def test_more_than_are_read_are_named_in_one(github, night):
    records = [drifted(f"s{number}") for number in range(5)]
    night(*records, most_open=2)

    assert sorted(issues(github)) == ["", "s0", "s1"]
    rest = issues(github)[""]
    assert rest["title"] == "3 more stacks with drift, or not checked"
    assert "- **s2** drifted: 1 property of 1 resource changed in the cloud\n- **s3** drifted" in rest["body"]
    assert night(*records, most_open=2) == []


def test_the_one_that_names_the_rest_follows_it_and_closes_in_the_end(github, night):
    records = [drifted(f"s{number}") for number in range(4)]
    night(*records, most_open=2)
    night(*records[:2], drift("s2", "clean"), records[3], most_open=2)
    assert issues(github)[""]["title"] == "1 more stack with drift, or not checked"
    assert github.comments(3) == ["Now 1 more: s3."]

    night(*records[:2], *(drift(f"s{number}", "clean") for number in (2, 3)), most_open=2)
    assert issues(github)[""]["state"] == "closed"


def test_a_resource_that_holds_data_goes_before_others(github, night):
    cluster = change(FUNCTION, "update", prop("x", 1, 2), stateful=True)
    night(drifted("a"), drift("b", "drifted", cluster), most_open=1)

    assert sorted(issues(github)) == ["", "b"]


def test_a_night_that_broke_off_is_finished_by_the_next(github, night):
    night(drifted())
    github.state["faults"].append(fault("PATCH", "/issues/1", 422, message="no"))
    with pytest.raises(CouldNotRunError, match="change issue #1"):
        night(drifted(fingerprint="e" * 64))
    night(drifted(fingerprint="e" * 64))

    assert parse(issues(github)["prod"]["body"]) == ("prod", "e" * 64)
