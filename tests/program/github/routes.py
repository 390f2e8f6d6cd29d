"""What the local GitHub answers: the part of its API that the project uses, as the documentation describes it."""

from __future__ import annotations

import re

from tests.program.github.state import TIME, user

LONGEST_BODY = 65_536
READ, WRITE = ("read", "write"), ("write",)
ISSUES = ("issues",)
# A pull request's conversation is an issue's too: either permission opens it.
CONVERSATION = ("issues", "pull-requests")


class Answered(Exception):  # noqa: N818  # no error: an answer that ends the handling
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
        self.message = message


class Routes:
    """Answers one request from the state, and changes it."""

    def __init__(self, state, base, query, data):
        self.state = state
        self.base = base
        self.query = query
        self.data = data
        self.repository = f"/repos/{state['repository']}"

    def answer(self, method, path):
        """Return (status, JSON); a list is cut into pages by the caller."""
        for pattern, handlers in self._table():
            match = re.fullmatch(pattern, path)
            if match and method in handlers:
                return handlers[method](*match.groups())
        raise Answered(404, "Not Found")

    def _table(self):
        repository = re.escape(self.repository)
        issues = rf"{repository}/issues"
        return [
            (r"/graphql", {"POST": self._viewer}),
            (repository, {"GET": self._repository}),
            (issues, {"GET": self._list_issues, "POST": self._create_issue}),
            (rf"{issues}/(\d+)", {"GET": self._get_issue, "PATCH": self._edit_issue}),
            (rf"{issues}/(\d+)/comments", {"GET": self._list_comments, "POST": self._create_comment}),
            (rf"{issues}/(\d+)/labels", {"POST": self._add_labels}),
            (rf"{issues}/(\d+)/labels/(.+)", {"DELETE": self._remove_label}),
            (rf"{issues}/comments/(\d+)", {"PATCH": self._edit_comment, "DELETE": self._delete_comment}),
            (rf"{repository}/labels", {"GET": self._list_labels, "POST": self._create_label}),
            (rf"{repository}/environments", {"GET": lambda: self._listed("actions", "environments")}),
            (rf"{repository}/actions/variables", {"GET": lambda: self._listed("variables", "variables")}),
            (rf"{repository}/rulesets", {"GET": lambda: self._listed("administration", None)}),
            (rf"{repository}/actions/workflows/([\w.-]+)", {"GET": self._workflow}),
            (rf"{repository}/actions/workflows/([\w.-]+)/runs", {"GET": self._runs}),
        ]

    def _may(self, scopes, levels):
        if not any(self.state["permissions"].get(scope) in levels for scope in scopes):
            raise Answered(403, "Resource not accessible by integration")

    def _scopes(self, issue):
        return CONVERSATION if "pull_request" in issue else ISSUES

    def _issue(self, number):
        for issue in self.state["issues"]:
            if issue["number"] == int(number):
                return issue
        raise Answered(404, "Not Found")

    def _comment(self, identity):
        for comment in self.state["comments"]:
            if comment["id"] == int(identity):
                return comment
        raise Answered(404, "Not Found")

    def _viewer(self):
        return 200, {"data": {"viewer": {"login": self.state["login"]}}}

    def _repository(self):
        name = self.state["repository"]
        return 200, {
            "full_name": name,
            "name": name.partition("/")[2],
            "url": f"{self.base}{self.repository}",
            "default_branch": self.state["default_branch"],
            "id": self.state["repository_id"],
            "permissions": {"admin": self.state["admin"]},
        }

    def _listed(self, scope, key):
        self._may((scope,), READ)
        return 200, [] if key is None else {"total_count": 0, key: []}

    def _shown_issue(self, issue):
        url = f"{self.base}{self.repository}/issues/{issue['number']}"
        html = f"https://github.example/{self.state['repository']}/issues/{issue['number']}"
        return issue | {"url": url, "html_url": html, "labels": [{"name": name} for name in issue["labels"]]}

    def _shown_comment(self, comment):
        url = f"{self.base}{self.repository}/issues/comments/{comment['id']}"
        issue = f"https://github.example/{self.state['repository']}/issues/{comment['issue']}"
        return comment | {"url": url, "html_url": f"{issue}#issuecomment-{comment['id']}"}

    def _list_issues(self):
        self._may(CONVERSATION, READ)
        wanted = self.query.get("state", "open")
        labels = set(filter(None, self.query.get("labels", "").split(",")))
        found = [
            issue
            for issue in self.state["issues"]
            if wanted in ("all", issue["state"]) and labels <= set(issue["labels"])
        ]
        return 200, [self._shown_issue(issue) for issue in sorted(found, key=lambda each: -each["number"])]

    def _create_issue(self):
        self._may(ISSUES, WRITE)
        self._check_body()
        number = max((issue["number"] for issue in self.state["issues"]), default=0) + 1
        issue = {
            "number": number,
            "title": self.data["title"],
            "body": self.data.get("body"),
            "state": "open",
            "state_reason": None,
            "labels": self.data.get("labels", []),
            "user": user(self.state["login"]),
            "created_at": TIME,
        }
        self.state["issues"].append(issue)
        return 201, self._shown_issue(issue)

    def _get_issue(self, number):
        issue = self._issue(number)
        self._may(self._scopes(issue), READ)
        return 200, self._shown_issue(issue)

    def _edit_issue(self, number):
        issue = self._issue(number)
        self._may(self._scopes(issue), WRITE)
        self._check_body()
        issue.update({key: self.data[key] for key in ("title", "body", "state", "state_reason") if key in self.data})
        return 200, self._shown_issue(issue)

    def _list_comments(self, number):
        self._may(self._scopes(self._issue(number)), READ)
        found = [comment for comment in self.state["comments"] if comment["issue"] == int(number)]
        return 200, [self._shown_comment(comment) for comment in found]

    def _create_comment(self, number):
        self._may(self._scopes(self._issue(number)), WRITE)
        self._check_body()
        comment = {
            "id": max((each["id"] for each in self.state["comments"]), default=100) + 1,
            "issue": int(number),
            "body": self.data["body"],
            "user": user(self.state["login"]),
            "created_at": TIME,
        }
        self.state["comments"].append(comment)
        return 201, self._shown_comment(comment)

    def _edit_comment(self, identity):
        comment = self._comment(identity)
        self._may(self._scopes(self._issue(comment["issue"])), WRITE)
        self._check_body()
        comment["body"] = self.data["body"]
        return 200, self._shown_comment(comment)

    def _delete_comment(self, identity):
        comment = self._comment(identity)
        self._may(self._scopes(self._issue(comment["issue"])), WRITE)
        self.state["comments"].remove(comment)
        return 204, None

    def _add_labels(self, number):
        self._may(ISSUES, WRITE)
        issue = self._issue(number)
        names = self.data if isinstance(self.data, list) else self.data["labels"]
        issue["labels"] += [name for name in names if name not in issue["labels"]]
        return 200, [{"name": name} for name in issue["labels"]]

    def _remove_label(self, number, name):
        issue = self._issue(number)
        self._may(self._scopes(issue), WRITE)
        if name not in issue["labels"]:
            raise Answered(404, "Label does not exist")
        issue["labels"].remove(name)
        return 200, [{"name": each} for each in issue["labels"]]

    def _list_labels(self):
        self._may(ISSUES, READ)
        return 200, [{"name": name} for name in self.state["labels"]]

    def _create_label(self):
        self._may(ISSUES, WRITE)
        if self.data["name"] in self.state["labels"]:
            raise Answered(422, "Validation Failed")
        self.state["labels"].append(self.data["name"])
        return 201, {"name": self.data["name"]}

    def _workflow(self, name):
        self._may(("actions",), READ)
        if name not in self.state["workflows"]:
            raise Answered(404, "Not Found")
        url = f"{self.base}{self.repository}/actions/workflows/{name}"
        return 200, {"id": 1, "name": name, "state": self.state["workflows"][name]["state"], "url": url}

    def _runs(self, name):
        self._may(("actions",), READ)
        runs = [
            run
            for run in self.state["workflows"][name]["runs"]
            if self.query.get("branch") in (None, run["head_branch"])
            and self.query.get("status") in (None, run["status"], run["conclusion"])
        ]
        return 200, sorted(runs, key=lambda run: run["created_at"], reverse=True)

    def _check_body(self):
        if len((self.data.get("body") or "").encode("utf-16-le")) // 2 > LONGEST_BODY:
            raise Answered(422, "Validation Failed: body is too long (maximum is 65536 characters)")
