"""Addresses of files and rules at one commit; of what could be anything else there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from program.report.content.paperwork import known_rules

RULES_PAGE = "policies/RULES.md"
_SERVER = "https://github.com"
_REPOSITORY = re.compile(r"https://[\w.-]+(:\d+)?/[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
# No part of a path is one or two dots.
_SOURCE = re.compile(r"(?P<file>\.?[\w-][\w.-]*(?:/\.?[\w-][\w.-]*)*)(?::(?P<line>\d{1,7}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """A repository's address on GitHub, and the commit that is shown."""

    repository: str
    commit: str

    def place(self, source: str) -> str | None:
        """Return the address of `file` or `file:line` of the repository; None of what is no such place."""
        found = _SOURCE.fullmatch(source)
        if found is None:
            return None
        line = f"#L{found['line']}" if found["line"] else ""
        return f"{self.repository}/blob/{self.commit}/{found['file']}{line}"

    def rule(self, rule: str) -> str | None:
        """Return the address of the rule's page; None of a rule that nobody knows."""
        return f"{self.repository}/blob/{self.commit}/{RULES_PAGE}#{rule}" if rule in known_rules() else None

    @property
    def of_commit(self) -> str:
        """Return the commit's address."""
        return f"{self.repository}/commit/{self.commit}"


def links_of_run(run: str | None, commit: str | None) -> Links | None:
    """Return the links of the repository whose workflow run has that address."""
    repository, found, _ = (run or "").partition("/actions/runs/")
    return _links(repository, commit or "") if found else None


def links_of(environ: Mapping[str, str], commit: str | None) -> Links | None:
    """Return the links of a workflow run, at the commit that was checked or else the run's own; None elsewhere."""
    server, name = environ.get("GITHUB_SERVER_URL") or _SERVER, environ.get("GITHUB_REPOSITORY") or ""
    return _links(f"{server}/{name}", commit or environ.get("GITHUB_SHA") or "")


def _links(repository: str, commit: str) -> Links | None:
    if not _REPOSITORY.fullmatch(repository) or not _COMMIT.fullmatch(commit):
        return None
    return Links(repository=repository, commit=commit)
