"""What the local GitHub holds: one JSON object, which a test sets up and looks into."""

from __future__ import annotations

import copy

TIME = "2026-11-24T04:00:00Z"
BOT = "github-actions[bot]"
_EMPTY = {
    "repository": "octo/parity",
    "repository_id": 100000000,
    # Whether the token is of an administrator.
    "admin": True,
    "default_branch": "main",
    # Who the token is, and what it may: none, read or write.
    "login": BOT,
    "permissions": {"actions": "read", "issues": "write", "pull-requests": "write"},
    # An issue with a "pull_request" is a pull request.
    "issues": [],
    "comments": [],
    "labels": [],
    # By file name, each with a state (active, disabled_inactivity) and its runs.
    "workflows": {},
    # Answers in place of the ordinary one, as many times as each says: method, path (the end of it), status
    # (0: the connection breaks), message, headers, times, after (true: what was asked for is done all the same).
    "faults": [],
    # "METHOD path?query" of every request.
    "requests": [],
}


def empty(**changes):
    """Return the state of a repository with nothing in it."""
    return copy.deepcopy(_EMPTY) | changes


def user(login):
    return {"login": login, "id": sum(map(ord, login)), "type": "Bot" if login.endswith("[bot]") else "User"}


def issue(number, *, title="", body="", labels=(), login=BOT, state="open", **more):
    return {
        "number": number,
        "title": title,
        "body": body,
        "state": state,
        "state_reason": None,
        "labels": list(labels),
        "user": user(login),
        "created_at": TIME,
        **more,
    }


def pull_request(number):
    return issue(number, title=f"Change {number}", login="octocat", pull_request={"url": ""})


def comment(identity, number, body, *, login=BOT):
    return {"id": identity, "issue": number, "body": body, "user": user(login), "created_at": TIME}


def run(number, at, *, branch="main", conclusion="success"):
    return {
        "id": number,
        "head_branch": branch,
        "status": "completed",
        "conclusion": conclusion,
        "created_at": at,
        "updated_at": at,
        "html_url": f"https://github.example/octo/parity/actions/runs/{number}",
    }
