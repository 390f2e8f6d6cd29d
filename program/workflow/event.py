"""Read what started a workflow from the runner's environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from program.errors import CouldNotRunError

DEPENDABOT = "dependabot[bot]"
LABELED = "labeled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; where it is about a pull request, `author` wrote that and `number` is its own.

    `actor` is who caused the event, `label` the label that was set by it.
    """

    name: str
    actor: str
    author: str | None = None
    number: int | None = None
    label: str | None = None
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
        return _of_pull_request(name, actor, payload, repository)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CouldNotRunError(f"GITHUB_EVENT_PATH: {path} holds no event ({type(error).__name__}: {error})") from None


def _of_pull_request(name: str, actor: str, payload: Mapping[str, Any], repository: str) -> Event:
    pull = payload["pull_request"]
    # The repository is null when the fork was deleted.
    source = (pull["head"].get("repo") or {}).get("full_name")
    return Event(
        name=name,
        actor=actor,
        author=str(pull["user"]["login"]),
        number=int(pull["number"]),
        label=str(payload["label"]["name"]) if payload.get("action") == LABELED else None,
        from_fork=source != repository,
    )
