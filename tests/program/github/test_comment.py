import re

import pytest

from program.errors import CouldNotRunError
from program.github.comment import put
from tests.program.github.clients import fault
from tests.program.github.state import comment, pull_request

MARKER = re.compile(r"<!-- parity:report:v\d+ ")
BODY = "<!-- parity:report:v1 {} -->\n### ✅ Ready.\n"
OLDER = "<!-- parity:report:v1 {} -->\n### ❌ Failed.\n"


@pytest.fixture(autouse=True)
def conversation(github):
    github.state["issues"].append(pull_request(7))
    return github.state["comments"]


def test_the_first_report_is_a_comment(client, github):
    done = put(client, 7, BODY, MARKER, worth_making=True)

    assert github.comments(7) == [BODY]
    assert done.what == "created"
    assert done.url.endswith("/issues/7#issuecomment-101")


def test_the_next_report_changes_it_and_makes_no_second(client, github):
    put(client, 7, OLDER, MARKER, worth_making=True)
    done = put(client, 7, BODY, MARKER, worth_making=True)

    assert github.comments(7) == [BODY]
    assert done.what == "updated"


def test_the_same_report_writes_nothing(client, github, conversation):
    conversation.append(comment(1, 7, BODY.replace("\n", "\r\n").rstrip()))

    assert put(client, 7, BODY, MARKER, worth_making=True).what == "unchanged"
    assert github.writes() == []


def test_a_report_that_nothing_changes_makes_no_comment(client, github):
    assert put(client, 7, BODY, MARKER, worth_making=False).what == "not needed"
    assert github.writes() == []


def test_a_comment_that_is_there_says_that_nothing_changes_any_more(client, github, conversation):
    conversation.append(comment(1, 7, OLDER))

    assert put(client, 7, BODY, MARKER, worth_making=False).what == "updated"
    assert github.comments(7) == [BODY]


def test_a_comment_of_another_author_is_left_alone(client, github, conversation):
    conversation.append(comment(1, 7, OLDER, login="octocat"))

    put(client, 7, BODY, MARKER, worth_making=True)

    assert github.comments(7) == [OLDER, BODY]


def test_a_comment_that_only_quotes_the_marker_is_left_alone(client, github, conversation):
    conversation.append(comment(1, 7, f"> {OLDER}"))

    put(client, 7, BODY, MARKER, worth_making=True)

    assert github.comments(7) == [f"> {OLDER}", BODY]


def test_the_comment_is_found_on_the_last_page(client, github, conversation):
    conversation += [comment(number, 7, "talk", login="octocat") for number in range(1, 230)]
    conversation.append(comment(230, 7, OLDER))

    put(client, 7, BODY, MARKER, worth_making=True)

    assert [text for text in github.comments(7) if text != "talk"] == [BODY]


def test_a_comment_of_an_older_version_is_found(client, github, conversation):
    conversation.append(comment(1, 7, "<!-- parity:report:v0 {} -->\nold"))

    put(client, 7, BODY, MARKER, worth_making=True)

    assert github.comments(7) == [BODY]


def test_of_several_the_oldest_is_kept(client, conversation):
    conversation += [comment(3, 7, OLDER), comment(1, 7, OLDER), comment(2, 7, BODY)]

    put(client, 7, BODY, MARKER, worth_making=True)

    assert [(each["id"], each["body"]) for each in conversation] == [(1, BODY)]


def test_what_stops_the_tidying_leaves_a_true_comment(client, github, conversation):
    conversation += [comment(1, 7, OLDER), comment(2, 7, OLDER)]
    github.state["faults"].append(fault("DELETE", "/comments/2", 422, message="no"))

    with pytest.raises(CouldNotRunError, match="delete a comment on #7"):
        put(client, 7, BODY, MARKER, worth_making=True)

    assert github.comments(7) == [BODY, OLDER]


def test_other_pull_requests_have_comments_of_their_own(client, github, conversation):
    github.state["issues"].append(pull_request(8))
    conversation.append(comment(1, 8, OLDER))

    put(client, 7, BODY, MARKER, worth_making=True)

    assert (github.comments(7), github.comments(8)) == ([BODY], [OLDER])
