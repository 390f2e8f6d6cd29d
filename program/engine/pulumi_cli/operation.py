"""Run the engine for one stack, say each step as it begins, and read what it logged."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from program.engine.pulumi_cli.event_tail import following
from program.engine.pulumi_cli.events import EventLog, read_events
from program.engine.pulumi_cli.process import PulumiInterrupted, Ran
from program.engine.pulumi_cli.workspace import Workspace
from program.errors import CouldNotRunError

# What a record says of it.
INTERRUPTED = "it was stopped before it had ended; preview again to see what is left to do"


class OperationInterrupted(KeyboardInterrupt):
    """The user stopped the operation; `log` is what the engine had logged by then."""

    def __init__(self, log: EventLog) -> None:
        super().__init__()
        self.log = log


def run_engine(
    place: Workspace, say: Callable[[str], None], *arguments: str, seconds: float, log: Path | None = None
) -> tuple[Ran, EventLog]:
    """Run a command of the CLI that has an event log; return how it ended and what the log says.

    The log is kept where `log` names a file. Raises OperationInterrupted when the user stops it.
    """
    with tempfile.TemporaryDirectory(prefix="events-") as scratch:
        # The CLI runs in the project's folder, whatever the one is that a relative path is meant for.
        file = (log or Path(scratch) / "events.jsonl").resolve()
        try:
            with following(file, say):
                ran = place.run(
                    *arguments,
                    *("--config-file", str(place.config_file)),
                    *("--event-log", str(file)),
                    seconds=seconds,
                )
        except PulumiInterrupted:
            raise OperationInterrupted(_read(file, place)) from None
        return ran, _read(file, place)


def _read(file: Path, place: Workspace) -> EventLog:
    log = read_events(file)
    diagnostics = tuple(replace(item, message=place.pulumi.conceal(item.message)) for item in log.diagnostics)
    return replace(log, diagnostics=diagnostics)


def refuse_silence(log: EventLog, command: str) -> None:
    """Raise CouldNotRunError for a log without a step: nothing known is not the same as nothing to do."""
    if not log.begun:
        raise CouldNotRunError(
            f"pulumi {command} ended well and logged no step, so that nothing is known of the stack; check what pulumi "
            f"is on PATH, and run the command again"
        )
