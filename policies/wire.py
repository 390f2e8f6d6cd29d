"""What a pack's answer says, encoded into the analyzer protocol's texts and decoded from them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

WireLevel = Literal["mandatory", "advisory"]
OutcomeKind = Literal["failed", "undecided", "exempt", "error"]
_LEVELS: Final[dict[int, WireLevel]] = {
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.REMEDIATE: "mandatory",
}
# The SDK's own words before the text of an UnknownValueError.
_DURING_PREVIEW: Final = " during preview: "
_EXEMPT: Final = "exempt: "
_LINE: Final = re.compile(r"(?P<kind>undecided|error|exempt): (?P<text>.*?)(?: <(?P<urn>urn:pulumi:[^<>]*)>)?")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Outcome:
    """One rule's word on one resource, or on the stack where `resource` is None; what says nothing passed."""

    rule: str
    level: WireLevel
    outcome: OutcomeKind
    resource: str | None
    message: str


class UndecidedError(UnknownValueError):
    """The one exception that the SDK reports as advisory, whatever the policy's level: a preview goes on."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        self.message = "\n".join(lines)


def line(kind: OutcomeKind, message: str, urn: str | None = None) -> str:
    """Encode one outcome as one line."""
    text = message if kind == "failed" else f"{kind}: {message}"
    return f"{one_line(text)} <{urn}>" if urn else one_line(text)


def one_line(text: str) -> str:
    """Return the text without line breaks, control characters and doubled spaces."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def decode(response: analyzer_pb2.AnalyzeResponse, resource_urn: str | None) -> list[Outcome]:
    """Return what the answer to Analyze (of the resource) or AnalyzeStack (resource None) says."""
    outcomes: list[Outcome] = []
    for diagnostic in response.diagnostics:
        text = diagnostic.message.removeprefix(f"{diagnostic.description}\n")
        level = _LEVELS[diagnostic.enforcementLevel]
        outcomes += decode_text(diagnostic.policyName, level, text, diagnostic.urn or resource_urn)
    for entry in response.not_applicable:
        if not entry.reason.startswith(_EXEMPT):
            continue  # most are about other types
        outcomes += [
            _outcome(entry.policy_name, "advisory", part, resource_urn)
            for part in entry.reason.splitlines()
            if part.startswith(_EXEMPT)
        ]
    return outcomes


def decode_text(rule: str, level: WireLevel, text: str, resource_urn: str | None) -> list[Outcome]:
    """Return what the text of one diagnostic says, without the rule's description before it."""
    if text.startswith("can't run policy"):
        text = text.partition(_DURING_PREVIEW)[2]
    return [_outcome(rule, level, part, resource_urn) for part in text.split("\n") if part]


def _outcome(rule: str, level: WireLevel, text: str, urn: str | None) -> Outcome:
    match = _LINE.fullmatch(text)
    if match is None:
        return Outcome(rule=rule, level=level, outcome="failed", resource=urn, message=text)
    kind: OutcomeKind = match["kind"]  # type: ignore[assignment]  # the pattern has these kinds alone
    return Outcome(rule=rule, level=level, outcome=kind, resource=match["urn"] or urn, message=match["text"])
