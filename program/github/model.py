"""What the project reads of GitHub's answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from github.Issue import Issue as GitHubIssue
from github.IssueComment import IssueComment
from github.NamedUser import NamedUser
from github.Organization import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote something; an app writes as a bot."""

    login: str
    bot: bool

    def is_(self, login: str) -> bool:
        """Tell whether this is that login; an app is named with or without `[bot]`."""
        return self.login == login or (self.bot and self.login == f"{login}[bot]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment on an issue or a pull request."""

    id: int
    body: str
    author: Author
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue."""

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    labels: frozenset[str]
    author: Author
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRuns:
    """A workflow's state (`active`, `disabled_inactivity`, ...), and when it last succeeded on the default branch."""

    state: str
    branch: str
    last_success: datetime | None


def comment_of(found: IssueComment) -> Comment:
    """Return the comment as the project knows it."""
    return Comment(id=found.id, body=found.body or "", author=_author(found.user), url=found.html_url)


def issue_of(found: GitHubIssue) -> Issue:
    """Return the issue as the project knows it."""
    return Issue(
        number=found.number,
        title=found.title,
        body=found.body or "",
        state="open" if found.state == "open" else "closed",
        labels=frozenset(label.name for label in found.labels),
        author=_author(found.user),
        url=found.html_url,
    )


def _author(user: NamedUser | Organization) -> Author:
    return Author(login=user.login, bot=user.type == "Bot")
