import time
from datetime import UTC, datetime

import pytest

from program.errors import CouldNotRunError
from tests.program.github.clients import TOKEN, client_of, fault
from tests.program.github.server import LocalGitHub
from tests.program.github.state import comment, issue, pull_request, run

RATE_LIMIT = "API rate limit exceeded for installation ID 1."
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.fixture(autouse=True)
def conversation(github):
    """Pull request 7, with nothing said on it."""
    github.state["issues"].append(pull_request(7))
    return github.state["comments"]


def refusal(ask):
    with pytest.raises(CouldNotRunError) as caught:
        ask()
    (line,) = str(caught.value).splitlines()
    assert TOKEN not in line
    return line


def test_comments_are_found_on_every_page(client, conversation, github):
    conversation += [comment(number, 7, f"text {number}") for number in range(1, 251)]

    assert [each.body for each in client.comments(7)] == [f"text {number}" for number in range(1, 251)]
    assert sum("/comments" in line for line in github.state["requests"]) == 3


def test_only_what_the_token_wrote_is_ours(client, conversation):
    conversation += [
        comment(1, 7, "human", login="octocat"),
        comment(2, 7, "ours"),
        comment(3, 7, "app", login="x[bot]"),
    ]

    assert [each.body for each in client.comments(7)] == ["ours"]


def test_an_app_that_is_named_without_bot_is_still_itself(client, conversation, github):
    github.state["login"] = "deployer"
    conversation += [comment(1, 7, "ours", login="deployer[bot]"), comment(2, 7, "not", login="deployer2[bot]")]

    assert [each.body for each in client.comments(7)] == ["ours"]


def test_a_user_who_is_named_like_an_app_is_somebody_else(github, client, conversation):
    github.state["login"] = "deployer"
    conversation.append(comment(1, 7, "not ours", login="deployer[bot]"))
    conversation[0]["user"]["type"] = "User"

    assert client.comments(7) == ()


def test_the_server_of_an_enterprise_is_asked_under_its_own_path(github):
    with client_of(github, path="/api/v3") as client:
        written = client.create_comment(7, "text")
        client.update_comment(7, written, "other text")
        assert [each.body for each in client.comments(7)] == ["other text"]
    assert github.comments(7) == ["other text"]


@pytest.mark.parametrize(
    "trouble",
    [
        fault("GET", "/comments", 502, times=2),
        fault("GET", "/comments", 0),
        fault("GET", "/comments", 429, message="slow down", Retry_After="0"),
        fault("GET", "/comments", 403, message=SECONDARY, Retry_After="0"),
        fault("GET", "/comments", 403, message=RATE_LIMIT, X_RateLimit_Reset="1"),
    ],
    ids=["bad gateway", "broken off", "too many", "secondary limit", "primary limit"],
)
def test_what_passes_by_itself_is_tried_again(client, conversation, github, trouble):
    conversation.append(comment(1, 7, "ours"))
    github.state["faults"].append(trouble)

    assert [each.body for each in client.comments(7)] == ["ours"]
    assert trouble["times"] == 0


def test_what_does_not_pass_is_given_up_after_a_few_tries(client, github):
    github.state["faults"].append(fault("GET", "/comments", 503, times=99))

    assert refusal(lambda: client.comments(7)).startswith("GitHub could not be asked to list the comments on #7")
    assert 99 - github.state["faults"][0]["times"] == 5


def test_a_limit_that_ends_in_an_hour_is_not_waited_for(client, github):
    reset = str(int(time.time()) + 3600)
    github.state["faults"].append(fault("GET", "/comments", 403, times=99, message=RATE_LIMIT, X_RateLimit_Reset=reset))

    line = refusal(lambda: client.comments(7))
    assert line.startswith("GitHub could not be asked to list the comments on #7: its rate limit is used up (403")
    assert 99 - github.state["faults"][0]["times"] == 1


@pytest.mark.parametrize("status", [500, 502, 504, 0])
def test_a_comment_whose_answer_was_lost_is_not_written_twice(client, github, status):
    github.state["faults"].append(fault("POST", "/comments", status, after=True))

    client.create_comment(7, "once")

    assert github.comments(7) == ["once"]


def test_a_comment_that_was_not_written_is_written_in_the_end(client, github):
    github.state["faults"].append(fault("POST", "/comments", 500, times=2))

    client.create_comment(7, "once")

    assert github.comments(7) == ["once"]


def test_a_comment_that_github_never_takes_is_a_failure(client, github):
    github.state["faults"].append(fault("POST", "/comments", 500, times=99, message="oops"))

    assert refusal(lambda: client.create_comment(7, "x")) == "GitHub failed to comment on #7 (500 oops); run it again"


def test_an_issue_whose_answer_was_lost_is_not_opened_twice(client, github):
    github.state["faults"].append(fault("POST", "/issues", 502, after=True))

    client.create_issue("title", "body", ("drift",))

    assert [each["title"] for each in github.state["issues"]] == ["Change 7", "title"]


@pytest.mark.parametrize(
    ("ask", "missing", "permission"),
    [
        (lambda client: client.create_comment(7, "x"), "pull-requests", "pull-requests: write"),
        (lambda client: client.comments(7), "pull-requests", "pull-requests: write"),
        (lambda client: client.create_issue("t", "b", ("drift",)), "issues", "issues: write"),
        (lambda client: client.workflow_runs("drift.yml"), "actions", "actions: read"),
    ],
    ids=["comment", "read", "issue", "runs"],
)
def test_a_missing_permission_is_named(client, github, ask, missing, permission):
    github.state["permissions"][missing] = "none"
    github.state["permissions"]["issues"] = "none"

    line = refusal(lambda: ask(client))

    assert "(403 Resource not accessible by integration)" in line
    assert line.endswith(f"add `{permission}` to the job's `permissions:`, if what is named exists")


def test_a_pull_request_that_the_token_does_not_see_may_be_a_missing_permission(client):
    line = refusal(lambda: client.create_comment(8, "x"))

    assert line.startswith("GitHub refused to comment on #8 (404")
    assert "`pull-requests: write`" in line


def test_a_token_that_nobody_knows_is_said_without_the_token(client, github):
    github.state["faults"].append(fault("GET", "/comments", 401, message="Bad credentials"))

    assert refusal(lambda: client.comments(7)).startswith("GitHub does not know the token (401")


def test_what_github_finds_invalid_is_said_in_its_words(client):
    line = refusal(lambda: client.create_comment(7, "x" * 65_537))

    assert line.startswith("GitHub refused to comment on #7 (422 Validation Failed: body is too long")


def test_a_server_that_is_not_there_is_one_line():
    with LocalGitHub() as gone:
        pass
    with client_of(gone) as client:
        line = refusal(lambda: client.comments(7))

    assert line == "GitHub could not be asked to list the comments on #7: ConnectionError"


def test_a_comment_that_is_gone_needs_no_deleting(client, conversation):
    conversation.append(comment(1, 7, "ours"))
    (found,) = client.comments(7)
    conversation.clear()

    client.delete_comment(7, found)


def test_an_issue_is_changed_closed_labelled_and_opened_again(client, github):
    github.state["issues"].append(issue(1, labels=["drift", "kept"]))
    (found,) = client.issues("drift")

    client.update_issue(found, "new title", "new body")
    client.label_issue(found, "drift-check-failed")
    client.close_issue(found, done=False)
    assert client.issues("drift")[0].state == "closed"
    client.reopen_issue(found)
    client.unlabel_issue(found, "drift-check-failed")

    (kept,) = client.issues("drift")
    assert (kept.title, kept.body, kept.state, kept.labels) == ("new title", "new body", "open", {"drift", "kept"})


def test_a_label_that_is_gone_needs_no_removing(client, github):
    github.state["issues"].append(issue(1, labels=["drift"]))
    (found,) = client.issues("drift")

    client.unlabel_issue(found, "drift-check-failed")


def test_pull_requests_are_no_issues(client, github):
    github.state["issues"] += [issue(1, labels=["drift"]), pull_request(2) | {"labels": ["drift"]}]

    assert [each.number for each in client.issues("drift")] == [1]


def test_the_last_success_counts_on_the_default_branch_alone(client, github):
    github.state["workflows"]["drift.yml"] = {
        "state": "active",
        "runs": [
            run(1, "2026-11-21T04:00:00Z"),
            run(2, "2026-11-23T04:00:00Z", conclusion="failure"),
            run(3, "2026-11-24T04:00:00Z", branch="topic"),
        ],
    }

    found = client.workflow_runs("drift.yml")

    assert (found.state, found.branch) == ("active", "main")
    assert found.last_success == datetime(2026, 11, 21, 4, tzinfo=UTC)


def test_a_workflow_that_never_ran_has_no_success(client, github):
    github.state["workflows"]["drift.yml"] = {"state": "disabled_inactivity", "runs": []}

    found = client.workflow_runs("drift.yml")

    assert (found.state, found.last_success) == ("disabled_inactivity", None)


def test_a_workflow_that_is_not_there_is_none(client):
    assert client.workflow_runs("drift.yml") is None
