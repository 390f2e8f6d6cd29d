"""Compare a policy document with what is known of it: all that it allows, and what it must deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from policies.iam import Statement, describe, matches_action
from policies.known.judging import is_trusted
from policies.known.models import Document
from policies.known.models import Statement as KnownStatement
from policies.known.texts import Place

_ARN_LIKE = {"arnlike": "arnequals", "arnnotlike": "arnnotequals"}
# Conditions under which a deny takes nothing away from anybody who acts as the stack does: all of one line.
_HARDENING: tuple[Mapping[tuple[str, str], str], ...] = (
    {("bool", "aws:securetransport"): "false"},
    # A service that acts by itself has no account: without the second, it would be denied too.
    {("stringnotequals", "aws:principalaccount"): "${account}", ("boolifexists", "aws:principalisawsservice"): "false"},
)


@dataclass(frozen=True, slots=True)
class Grants:
    """What is known of one document, in the words of one stack; `depends` is what the document's values come from."""

    document: Document
    place: Place
    depends: frozenset[str]

    def problems(self, found: Iterable[Statement], *, of_resource: bool) -> Iterator[str]:
        """Yield what the document allows beyond what is known, and what it must deny and doesn't."""
        statements = list(found)
        for statement in statements:
            if statement.allows:
                yield from self._beyond(statement)
            elif of_resource and not self._is_known_deny(statement):
                yield f"{describe(statement)} denies what nothing known denies, and may stop what must work"
        for allowed in (item for item in self.document.allows if item.needed):
            missing = [action for action in allowed.actions if not self._is_still_allowed(action, allowed, statements)]
            if missing:
                why = f": {allowed.reason}" if allowed.reason is not None else ""
                yield f"doesn't allow {', '.join(missing)} any more as it must{why}"
        for deny in self.document.denies:
            if not any(self._denies(statement, deny) for statement in statements):
                why = f": {deny.reason}" if deny.reason is not None else ""
                yield f"doesn't deny {', '.join(deny.actions)} any more as it must{why}"

    def _beyond(self, statement: Statement) -> Iterator[str]:
        if statement.not_actions or statement.not_resources or statement.not_principals:
            yield f"{describe(statement)} allows all but what it names; name what it allows"
            return
        parts = product(statement.actions, statement.resources or ("*",), statement.principals or ("",))
        beyond = [part for part in parts if not self._is_allowed(statement, *part)]
        if beyond:
            actions = ", ".join(dict.fromkeys(action for action, _, _ in beyond))
            on = ", ".join(dict.fromkeys(resource for _, resource, _ in beyond))
            to = ", ".join(dict.fromkeys(principal for _, _, principal in beyond if principal))
            whom = f" to {to}" if to else ""
            yield f"{describe(statement)} allows {actions} on {on}{whom}, which nothing known allows as it is"

    def _is_allowed(self, statement: Statement, action: str, resource: str, principal: str) -> bool:
        return any(
            _takes_in(tuple(allowed.actions), action)
            and self._is_among(resource, allowed.on)
            and (self._is_among(principal, allowed.principals) if principal or allowed.principals else True)
            and self._is_bound(statement, allowed)
            for allowed in self.document.allows
        )

    def _is_among(self, text: str, templates: Iterable[str]) -> bool:
        return self._is_any(text, templates) or self._is_trusted(text)

    def _is_trusted(self, text: str) -> bool:
        # A principal has its kind before it.
        return any(is_trusted(part, self.place.context) for part in (text, text.partition(":")[2]))

    def _is_any(self, text: str, templates: Iterable[str]) -> bool:
        return any(self.place.matches(text, template, self.depends) for template in templates)

    def _are(self, texts: Iterable[str], templates: Iterable[str]) -> bool:
        """Tell whether the texts are those that the templates stand for, each of them."""
        found, wanted = set(texts), list(templates)
        return all(self._is_any(text, wanted) for text in found) and self._has_all(found, wanted)

    def _has_all(self, texts: Iterable[str], templates: Iterable[str]) -> bool:
        found = list(texts)
        return all(any(self.place.matches(text, wanted, self.depends) for text in found) for wanted in templates)

    def _is_bound(self, statement: Statement, allowed: KnownStatement) -> bool:
        """Tell whether every condition of the known statement is the statement's too, with no other value."""
        return all(
            values and all(self._is_any(value, wanted) for value in values)
            for operator, keys in allowed.conditions.items()
            for key, wanted in keys.items()
            for values in [_values(statement, operator, key)]
        )

    def _denies(self, statement: Statement, deny: KnownStatement) -> bool:
        return (
            not statement.allows
            and all(any(matches_action(action.lower(), mine) for mine in statement.actions) for action in deny.actions)
            and ("*" in statement.resources or self._has_all(statement.resources, deny.on))
            and ("AWS:*" in statement.principals or self._has_all(statement.principals, deny.principals))
            and self._has_the_conditions(statement, deny)
        )

    def _is_still_allowed(self, action: str, allowed: KnownStatement, statements: Iterable[Statement]) -> bool:
        return any(
            statement.allows
            and statement.grants(action)
            and self._has_all(statement.resources or ("*",), allowed.on)
            and self._has_all(statement.principals, allowed.principals)
            and self._has_the_conditions(statement, allowed)
            for statement in statements
        )

    def _has_the_conditions(self, statement: Statement, deny: KnownStatement) -> bool:
        """Tell whether the conditions are the known ones: one more, or another value, lets somebody through."""
        found = {(_plain(o), key): values for o, keys in statement.operators.items() for key, values in keys.items()}
        wanted = {
            (_plain(o), key.lower()): values for o, keys in deny.conditions.items() for key, values in keys.items()
        }
        return found.keys() == wanted.keys() and all(self._are(found[key], wanted[key]) for key in wanted)

    def _is_known_deny(self, statement: Statement) -> bool:
        found = {
            (operator, key): values for operator, keys in statement.operators.items() for key, values in keys.items()
        }
        hardens = any(
            all(condition in found and self._are(found[condition], [wanted]) for condition, wanted in line.items())
            for line in _HARDENING
        )
        return hardens or any(self._denies(statement, deny) for deny in self.document.denies)


@cache
def _takes_in(known: tuple[str, ...], action: str) -> bool:
    """Tell whether one of the known actions takes in the action; documents ask for the same ones again and again."""
    return any(matches_action(action, name.lower()) for name in known)


def _plain(operator: str) -> str:
    return _ARN_LIKE.get(operator.lower(), operator.lower())


def _values(statement: Statement, operator: str, key: str) -> tuple[str, ...]:
    return next(
        (
            keys[key.lower()]
            for found, keys in statement.operators.items()
            if _plain(found) == _plain(operator) and key.lower() in keys
        ),
        (),
    )
