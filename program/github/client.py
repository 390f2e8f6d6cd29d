"""Speak with GitHub: comments, issues and workflow runs of one repository."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import Self

from github import UnknownObjectException

from program.github.connection import connected
from program.github.context import Context
from program.github.failures import asking, gone_is_fine, once
from program.github.model import Comment, Issue, WorkflowRuns, comment_of, issue_of
from program.github.patience import Patience

PULL_REQUESTS = "pull-requests: write"
ISSUES = "issues: write"
ACTIONS = "actions: read"
_PER_PAGE = 100
# Seconds between two writes, as GitHub asks for.
_BETWEEN_WRITES = 1.0


class Client:
    """One repository, by the token's rights; every method raises CouldNotRunError in one line."""

    def __init__(
        self, context: Context, *, patience: Patience | None = None, between_writes: float = _BETWEEN_WRITES
    ) -> None:
        self._github = connected(
            context,
            patience,
            per_page=_PER_PAGE,
            seconds_between_requests=None,
            seconds_between_writes=between_writes,
            # Objects are made from their numbers, without a request for what isn't read.
            lazy=True,
        )
        self._repository = self._github.get_repo(context.repository)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._github.close()

    @cached_property
    def login(self) -> str:
        """Return who the token is: a user, or the bot of an app (`github-actions[bot]`)."""

        def ask() -> str:
            # GET /user is closed to the token of a job, this isn't.
            with asking("say whose the token is", "contents: read"):
                _, answer = self._github.requester.graphql_query("query { viewer { login } }", {})
            return str(answer["data"]["viewer"]["login"])

        return once(ask, lambda: None)

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Return the comments that the token wrote on an issue or pull request, the oldest first."""
        with asking(f"list the comments on #{number}", PULL_REQUESTS):
            found = [comment_of(comment) for comment in self._repository.get_issue(number).get_comments()]
        own = (comment for comment in found if comment.author.is_(self.login))
        return tuple(sorted(own, key=lambda comment: comment.id))

    def create_comment(self, number: int, body: str, *, permission: str = PULL_REQUESTS) -> Comment:
        """Write a comment; one that was written though its answer was lost isn't written again."""

        def make() -> Comment:
            with asking(f"comment on #{number}", permission):
                return comment_of(self._repository.get_issue(number).create_comment(body))

        return once(make, lambda: next((each for each in self.comments(number) if each.body == body), None))

    def update_comment(self, number: int, comment: Comment, body: str) -> None:
        """Give the comment another text."""
        with asking(f"change a comment on #{number}", PULL_REQUESTS):
            self._repository.get_issue(number).get_comment(comment.id).edit(body)

    def delete_comment(self, number: int, comment: Comment) -> None:
        """Delete the comment; one that is gone already is what was asked for."""
        with asking(f"delete a comment on #{number}", PULL_REQUESTS), gone_is_fine():
            self._repository.get_issue(number).get_comment(comment.id).delete()

    def issues(self, label: str) -> tuple[Issue, ...]:
        """Return the issues with the label that the token opened, closed ones too, the oldest first."""
        with asking(f"list the issues labelled {label}", ISSUES):
            listed = self._repository.get_issues(state="all", labels=[label])
            found = [issue_of(issue) for issue in listed if issue.pull_request is None]
        own = (issue for issue in found if issue.author.is_(self.login))
        return tuple(sorted(own, key=lambda issue: issue.number))

    def create_issue(self, title: str, body: str, labels: tuple[str, ...]) -> Issue:
        """Open an issue; one that was opened though its answer was lost isn't opened again."""

        def make() -> Issue:
            with asking("open an issue", ISSUES):
                return issue_of(self._repository.create_issue(title, body=body, labels=list(labels)))

        return once(make, lambda: next((each for each in self.issues(labels[0]) if each.body == body), None))

    def update_issue(self, issue: Issue, title: str, body: str) -> None:
        """Give the issue another title and text."""
        with asking(f"change issue #{issue.number}", ISSUES):
            self._repository.get_issue(issue.number).edit(title=title, body=body)

    def close_issue(self, issue: Issue, *, done: bool) -> None:
        """Close the issue, as done or as not planned."""
        with asking(f"close issue #{issue.number}", ISSUES):
            reason = "completed" if done else "not_planned"
            self._repository.get_issue(issue.number).edit(state="closed", state_reason=reason)

    def reopen_issue(self, issue: Issue) -> None:
        """Open the issue again."""
        with asking(f"reopen issue #{issue.number}", ISSUES):
            self._repository.get_issue(issue.number).edit(state="open", state_reason="reopened")

    def label_issue(self, issue: Issue, label: str) -> None:
        """Add the label, and leave the others."""
        with asking(f"label issue #{issue.number}", ISSUES):
            self._repository.get_issue(issue.number).add_to_labels(label)

    def unlabel_issue(self, issue: Issue, label: str) -> None:
        """Take the label away, and leave the others; one that is gone already is what was asked for."""
        with asking(f"unlabel issue #{issue.number}", ISSUES), gone_is_fine():
            self._repository.get_issue(issue.number).remove_from_labels(label)

    def workflow_runs(self, file: str) -> WorkflowRuns | None:
        """Return how the workflow of that file (`drift.yml`) fares on the default branch, None if there is none."""
        with asking(f"list the runs of {file}", ACTIONS):
            branch = self._repository.default_branch
            try:
                workflow = self._repository.get_workflow(file)
                state = workflow.state
            except UnknownObjectException:
                return None
            runs = self._repository.get_workflow(file).get_runs(branch=branch, status="success")
            last = next(iter(runs), None)
        return WorkflowRuns(state=state, branch=branch, last_success=last.updated_at if last else None)
