"""What a recovery found and did, for a person at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from program.engine.recovery.record import Action, Fate, RecoverRecord
from program.report.content.summary import plural
from program.report.content.values import printable
from program.report.terminal.blocks import listed, refused

_SAID: Mapping[Action, tuple[str, str]] = {
    "adopt": ("to adopt", "adopted"),
    "clear": ("to clear", "cleared"),
    "refresh": ("to refresh", "refreshed"),
    "forget": ("to forget", "forgotten"),
}


def render(record: RecoverRecord) -> str:
    """Return the record as plain text, the verdict last, ending with a line break."""
    blocks = (
        listed("Locked by", record.locks),
        refused(record.refusals),
        listed("Operations that were cut off", map(_fate, record.fates)),
        listed("The state as it was", [record.backup, _back(record)] if record.backup else []),
    )
    return "\n\n".join([*(block for block in blocks if block), _verdict(record)]) + "\n"


def _fate(fate: Fate) -> str:
    id_ = f" {printable(fate.id)}" if fate.id else ""
    return f"{fate.action:<8} {fate.operation} {fate.type} {fate.name}{id_}: {printable(fate.why)}"


def _back(record: RecoverRecord) -> str:
    return f"back to it: pulumi stack import --stack {record.stack} --file {record.backup}"


def _verdict(record: RecoverRecord) -> str:
    return f"{record.outcome.upper()}  {record.stack}: {_told(record)} ({record.seconds:g} s)"


def _told(record: RecoverRecord) -> str:
    if record.outcome == "nothing":
        return "no lock, and no operation that was cut off"
    if record.outcome == "refused":
        return "nothing was looked at, and nothing was changed"
    done = record.outcome == "recovered"
    counts = Counter(fate.action for fate in record.fates)
    words = [f"{counts[action]} {said[done]}" for action, said in _SAID.items() if counts[action]]
    if record.locks:
        words.append(f"{plural(len(record.locks), 'lock')} {'taken off' if done else 'to take off'}")
    told = ", ".join(words) or "no operation was cut off"
    return told if done else f"{told}; do it: ./parity recover {record.stack} {_options(record)}"


def _options(record: RecoverRecord) -> str:
    return "--yes --unlock" if record.locks else "--yes"
