"""The part of GitHub's API that holds commits, branches and new pull requests, beside what the local GitHub has."""

import hashlib
import json

from tests.program.github.routes import Answered, Routes

READ, WRITE = ("read", "write"), ("write",)


class GitRoutes(Routes):
    """Answers for `git` and `pulls`; what was made stands in the state under `git` and `pulls`."""

    def _table(self):
        git = f"{self.repository}/git"
        return [
            (rf"{git}/commits/(\w+)", {"GET": self._get_commit}),
            (rf"{git}/ref/heads/(.+)", {"GET": self._get_branch}),
            (rf"{git}/trees", {"POST": self._create_tree}),
            (rf"{git}/commits", {"POST": self._create_commit}),
            (rf"{git}/refs", {"POST": self._create_branch}),
            (rf"{self.repository}/pulls", {"POST": self._create_pull}),
            *super()._table(),
        ]

    @property
    def _git(self):
        return self.state.setdefault("git", {"commits": {}, "trees": {}, "branches": {}})

    def _keep(self, kind, content):
        sha = hashlib.sha1(json.dumps(content, sort_keys=True).encode()).hexdigest()
        self._git[kind][sha] = content
        return sha

    def _get_commit(self, sha):
        self._may(("contents",), READ)
        return 200, {"sha": sha, "message": "", "tree": {"sha": f"tree-of-{sha}"}}

    def _get_branch(self, name):
        self._may(("contents",), READ)
        if name not in self._git["branches"]:
            raise Answered(404, "Not Found")
        return 200, {"ref": f"refs/heads/{name}", "object": {"sha": self._git["branches"][name]}}

    def _create_tree(self):
        self._may(("contents",), WRITE)
        return 201, {"sha": self._keep("trees", self.data)}

    def _create_commit(self):
        self._may(("contents",), WRITE)
        return 201, {"sha": self._keep("commits", self.data)}

    def _create_branch(self):
        self._may(("contents",), WRITE)
        self._git["branches"][self.data["ref"].removeprefix("refs/heads/")] = self.data["sha"]
        return 201, {"ref": self.data["ref"]}

    def _create_pull(self):
        self._may(("pull-requests",), WRITE)
        pulls = self.state.setdefault("pulls", [])
        pulls.append(self.data)
        address = f"https://github.example/{self.state['repository']}/pull/{len(pulls)}"
        return 201, {"number": len(pulls), "html_url": address}

    def files(self, branch):
        """Return the files that the branch's commit changes, by path."""
        commit = self._git["commits"][self._git["branches"][branch]]
        return {entry["path"]: entry["content"] for entry in self._git["trees"][commit["tree"]]["tree"]}
