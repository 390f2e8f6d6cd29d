"""What a type of AWS must have beside its known entry, so that nothing about it is silently missing."""

from __future__ import annotations

from policies.known.tables import known_somewhere
from program.foundation.rights.inventory import file_of, inventory
from program.foundation.rights.table import calls
from program.offline.simulation import unanswered
from program.project.definition import FOUNDATION, ROOT

_CALLS = "program/foundation/rights/calls.yaml"


def lacking(type_: str, label: str = "") -> str | None:
    """Return the first thing that a known type lacks, and what to add; one that isn't known is refused as such.

    `label` is that of the project that registers it.
    """
    if not type_.startswith("aws:") or known_somewhere(type_) is None:
        return None
    if (missing := unanswered(type_)) is not None:
        return missing
    if type_ not in calls().types:
        return (
            f"{type_} has no calls: no role could make it; add to {_CALLS} what AWS is asked in each phase: "
            f'{type_}: {{arn: "arn:aws:...:${{region}}:${{account}}:${{name}}", read: [...], create: [...], '
            f"update: [...], delete: [...]}}"
        )
    if all(item.type != type_ for item in inventory(label).resources):
        file = file_of(label).relative_to(ROOT).as_posix()
        mend = (
            f"add a line for the role that reads it: {{type: {type_}, inputs: {{...}}}}"
            if label == FOUNDATION.label
            else "write it anew: .venv/bin/python -m tests.program.foundation.inventory_source"
        )
        return f"{type_} is in no right: {file} doesn't have it; {mend}"
    return None
