"""The hidden line by which a drift issue is found again, and known for what it tells."""

from __future__ import annotations

import hashlib
import json
import re

from program.engine.records import DriftRecord

_THIS = re.compile(r"<!-- parity:drift:v1 (?P<data>.*) -->")
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>@#"}
# The issue that names the stacks for which there is no room; no stack has this name.
OVERFLOW = ""


def marker(stack: str, fingerprint: str | None) -> str:
    """Return the line for the stack's issue."""
    text = json.dumps({"stack": stack, "fingerprint": fingerprint}, separators=(",", ":")).translate(_ESCAPES)
    return f"<!-- parity:drift:v1 {text} -->"


def parse(body: str) -> tuple[str, str | None] | None:
    """Return the stack and the fingerprint of an issue's text, None where it is none of ours."""
    found = _THIS.match(body)
    if found is None:
        return None
    try:
        data = json.loads(found["data"])
        stack, fingerprint = data["stack"], data["fingerprint"]
    except (ValueError, TypeError, KeyError):
        return None
    if isinstance(stack, str) and (fingerprint is None or isinstance(fingerprint, str)):
        return stack, fingerprint
    return None


def fingerprint_of(record: DriftRecord) -> str | None:
    """Return what is the same as long as the same is to be told; None of a failed check, and where all is well."""
    if record.verdict not in ("drifted", "undeployed"):
        return None
    if record.fingerprint is not None:
        return record.fingerprint
    pending = [[each.resource, each.property, dict(each.values)] for each in record.pending]
    return hashlib.sha256(json.dumps([record.verdict, pending], sort_keys=True).encode()).hexdigest()
