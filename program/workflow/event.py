"""Read what started a workflow from the runner's environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from program.errors import CouldNotRunError

DEPENDABOT = "dependabot[bot]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; `number` and `labels` are the pull request's, where it is about one."""

    name: str
    actor: str
    number: int | None = None
    labels: frozenset[str] = frozenset()
    from_fork: bool = False


def read_event(variables: Mapping[str, str]) -> Event:
    """Read GITHUB_EVENT_NAME and the payload in GITHUB_EVENT_PATH; raise CouldNotRunError where they can't be used."""
    try:
        name, repository = variables["GITHUB_EVENT_NAME"], variables["GITHUB_REPOSITORY"]
        path = Path(variables["GITHUB_EVENT_PATH"])
    except KeyError as missing:
        raise CouldNotRunError(f"{missing.args[0]} is not set; this command runs in a GitHub workflow") from None
    actor = variables.get("GITHUB_ACTOR", "")
    try:
        payload: dict[str, Any] = dict(json.loads(path.read_bytes()))
        if "pull_request" not in payload:
            return Event(name=name, actor=actor)
        return _of_pull_request(name, actor, payload["pull_request"], repository)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CouldNotRunError(f"GITHUB_EVENT_PATH: {path} holds no event ({type(error).__name__}: {error})") from None


def _of_pull_request(name: str, actor: str, pull: Mapping[str, Any], repository: str) -> Event:
    # The repository is null when the fork was deleted.
    source = (pull["head"].get("repo") or {}).get("full_name")
    return Event(
        name=name,
        actor=actor,
        number=int(pull["number"]),
        labels=frozenset(label["name"] for label in pull.get("labels", [])),
        from_fork=source != repository,
    )
