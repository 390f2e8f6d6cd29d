"""Run one rule and say its outcome the way the SDK can carry it: reports, then at most one exception."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from policies.context import Context
from policies.redaction import Word, redacted_words
from policies.rule import ResourceRule, Rule, Said, StackRule
from policies.view import Resource, StackView
from policies.wire import UndecidedError, line

Report = Callable[[str, str | None], None]


class NotApplicableError(Exception):
    """Nothing of this rule was judged; the text says why, or holds one line for each exempt resource."""


def judge_resource(rule: ResourceRule, resource: Resource, context: Context, report: Report) -> None:
    """Judge one resource: report what failed, raise UndecidedError or NotApplicableError for the rest."""

    def judge(subject: Resource) -> Said:
        return ((subject, message) for message in rule.judge(subject, context))

    _say(rule, redacted_words(judge, resource), context, report, whole_stack=False)


def judge_stack(rule: StackRule, stack: StackView, context: Context, report: Report) -> None:
    """Judge all resources together, likewise."""

    def judge(subject: StackView) -> Said:
        return rule.judge(subject, context)

    _say(rule, redacted_words(judge, stack), context, report, whole_stack=True)


def _say(rule: Rule, words: Sequence[Word], context: Context, report: Report, *, whole_stack: bool) -> None:
    excused: list[str] = []
    undecided: list[str] = []
    for word in words:
        # The SDK knows which resource it asked about; a word on a whole stack must name its own.
        urn = word.urn if whole_stack and word.urn else None
        if word.kind == "undecided":
            undecided.append(line("undecided", word.text, urn))
        elif word.kind == "error":
            report(line("error", word.text), None)
        elif (reason := _excuse(rule, word, context)) is not None:
            excused.append(line("exempt", f"{reason}: {word.text}", urn))
        else:
            report(line("failed", word.text), urn)
    if undecided:
        raise UndecidedError([*undecided, *excused])
    if excused:
        raise NotApplicableError("\n".join(excused))


def _excuse(rule: Rule, word: Word, context: Context) -> str | None:
    for accepted in context.accepted:
        if accepted.covers(rule.id, word.name, context.environment):
            context.ledger.accept(accepted)
            return f"accepted: {accepted.reason}"
    exemption = context.ledger.find(rule.id, word.urn, word.name, context.environment, context.world)
    if exemption is None:
        return None
    return f"{exemption.reason} ({exemption.owner}, until {exemption.expires})"
