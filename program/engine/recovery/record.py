"""What a recovery found, and what it did: one fate for each operation that was cut off."""

from __future__ import annotations

from typing import Literal

from program.engine.records import Record, Refusal, StackRecord

Action = Literal["adopt", "clear", "refresh", "forget"]
RecoverOutcome = Literal["nothing", "found", "refused", "recovered"]


class Fate(Record):
    """What became of one operation in the cloud, and what the state says of it afterwards.

    `adopt` takes the resource that is there into the state, `refresh` keeps it as it is live, `forget` takes one that
    is gone out of it, `clear` takes the operation alone off.
    """

    operation: str
    urn: str
    type: str
    action: Action
    id: str | None = None
    why: str

    @property
    def name(self) -> str:
        """Return Pulumi's logical name."""
        return self.urn.rpartition("::")[2]


class RecoverRecord(StackRecord):
    """What an update that was cut off left; `backup` is the state as it was, once that was changed."""

    kind: Literal["recover"] = "recover"
    outcome: RecoverOutcome
    locks: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    backup: str | None = None
