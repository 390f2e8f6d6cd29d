"""Pull requests of the repository: whether one is open, and a new one with changed files."""

from __future__ import annotations

from collections.abc import Mapping

from github import InputGitTreeElement, UnknownObjectException

from program.github.client import Client
from program.github.failures import asking, gone_is_fine

CONTENTS = "contents: write"
PULL_REQUESTS = "pull-requests: write"


class PullRequests(Client):
    """The pull requests of one repository; every method raises CouldNotRunError in one line."""

    def is_open(self, number: int) -> bool:
        """Tell whether the pull request is open; one that can't be seen is a failure, never closed."""
        with asking(f"look at #{number}", "pull-requests: read"):
            return bool(self._repository.get_issue(number).state == "open")

    def take_off(self, number: int, label: str) -> None:
        """Take the label off the pull request; one that is gone already is what was asked for."""
        with asking(f"take the label {label} off #{number}", PULL_REQUESTS), gone_is_fine():
            self._repository.get_issue(number).remove_from_labels(label)

    def has_branch(self, branch: str) -> bool:
        """Tell whether there is a branch of that name."""
        with asking(f"look for the branch {branch}", CONTENTS):
            try:
                return bool(self._repository.get_git_ref(f"heads/{branch}").object.sha)
            except UnknownObjectException:
                return False

    def propose(self, *, files: Mapping[str, str], parent: str, branch: str, title: str, body: str) -> str:
        """Open a pull request to the default branch that changes the files of a commit, and return its address.

        The commit is made by GitHub, which signs it.
        """
        with asking(f"commit to the branch {branch}", CONTENTS):
            before = self._repository.get_git_commit(parent)
            elements = [
                InputGitTreeElement(path=path, mode="100644", type="blob", content=text) for path, text in files.items()
            ]
            tree = self._repository.create_git_tree(elements, before.tree)
            commit = self._repository.create_git_commit(title, tree, [before])
            self._repository.create_git_ref(f"refs/heads/{branch}", commit.sha)
        with asking("open a pull request", PULL_REQUESTS):
            base = self._repository.default_branch
            return str(self._repository.create_pull(base=base, head=branch, title=title, body=body).html_url)
