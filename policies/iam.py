"""IAM documents as IAM reads them: one or many, any case, wildcards, NotAction, NotResource, conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from policies.globs import matches

# An account's number as a principal is short for its root.
_ACCOUNT = re.compile(r"^(\d{12})$")
_ROOT = r"arn:aws:iam::\1:root"
_ELEMENTS = frozenset({"Id", "Statement", "Version"})


class DocumentError(ValueError):
    """Text that is no policy document; the message never holds the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement; `principals` are `kind:value`, for example `Service:sns.amazonaws.com` or `AWS:*`."""

    sid: str
    allows: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[str, ...]
    not_principals: tuple[str, ...]
    conditions: Mapping[str, tuple[str, ...]]
    # Condition keys and values by operator, as the document has them; operators and keys in lower case.
    operators: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def grants(self, action: str) -> bool:
        """Tell whether the statement's actions take in the action (IAM compares actions in any case)."""
        wanted = action.lower()
        if self.not_actions:
            return not any(matches_action(wanted, pattern) for pattern in self.not_actions)
        return any(matches_action(wanted, pattern) for pattern in self.actions)

    @property
    def on_everything(self) -> bool:
        """Tell whether the statement is about every resource."""
        return bool(self.not_resources) or any(resource.strip("*") == "" for resource in self.resources)

    @property
    def for_everyone(self) -> bool:
        """Tell whether the statement's principal is anybody."""
        return bool(self.not_principals) or any(p.partition(":")[2].strip("*") == "" for p in self.principals)

    def condition(self, key: str) -> tuple[str, ...]:
        """Return the values that the condition key must have, for whatever operator; condition keys have any case."""
        return self.conditions.get(key.lower(), ())


def statements(text: Any) -> list[Statement]:
    """Return the statements of a policy document (JSON text, or the object itself); raise DocumentError."""
    return list(_of_text(text) if isinstance(text, str) else _of_document(text))


@lru_cache(maxsize=512)
def _of_text(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text; a dozen rules read the same one."""
    try:
        document = json.loads(text, object_pairs_hook=_object)
    except (json.JSONDecodeError, RecursionError):
        raise DocumentError("is not JSON") from None
    return _of_document(document)


def _of_document(document: Any) -> tuple[Statement, ...]:
    if not isinstance(document, Mapping):
        raise DocumentError("is not a policy document")
    if not set(document) <= _ELEMENTS:
        raise DocumentError(f"has more than {', '.join(sorted(_ELEMENTS))}")
    found = document.get("Statement")
    items = found if isinstance(found, list) else [found]
    objects = [item for item in items if isinstance(item, Mapping)]
    if not objects:
        raise DocumentError("has no statements")
    if len(objects) < len(items):
        raise DocumentError("has a statement that is no object")
    return tuple(_statement(item) for item in objects)


def describe(statement: Statement) -> str:
    """Name the statement in a message."""
    return f"statement {statement.sid}" if statement.sid else "a statement without Sid"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise DocumentError("says one thing twice")
    return found


def _statement(item: Mapping[str, Any]) -> Statement:
    keys = {str(key).lower(): value for key, value in item.items()}
    if len(keys) < len(item):
        raise DocumentError("has a statement that says one thing twice")
    return Statement(
        sid=str(keys.get("sid") or ""),
        # Anything but a plain Deny is taken for a grant: the guard must not miss one for its spelling.
        allows=keys.get("effect") != "Deny",
        actions=_lower(keys.get("action")),
        not_actions=_lower(keys.get("notaction")),
        resources=_texts(keys.get("resource")),
        not_resources=_texts(keys.get("notresource")),
        principals=tuple(_principals(keys.get("principal"))),
        not_principals=tuple(_principals(keys.get("notprincipal"))),
        conditions=_conditions(keys.get("condition")),
        operators=_operators(keys.get("condition")),
    )


def _principals(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for kind, names in value.items():
            yield from (f"{kind}:{_ACCOUNT.sub(_ROOT, name)}" for name in _texts(names))
    else:
        yield from (f"AWS:{name}" for name in _texts(value))


def _conditions(value: Any) -> dict[str, tuple[str, ...]]:
    """Return key -> values over all operators that must hold; IfExists and negated ones bind nothing."""
    found: dict[str, tuple[str, ...]] = {}
    for operator, keys in value.items() if isinstance(value, Mapping) else ():
        name = str(operator).lower()
        if name.endswith("ifexists") or "not" in name or not isinstance(keys, Mapping):
            continue
        for key, values in keys.items():
            lowered = str(key).lower()
            found[lowered] = found.get(lowered, ()) + _texts(values)
    return found


def _operators(value: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for operator, keys in value.items() if isinstance(value, Mapping) else ():
        of_operator = found.setdefault(str(operator).lower(), {})
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            lowered = str(key).lower()
            of_operator[lowered] = of_operator.get(lowered, ()) + _texts(values)
    return found


def _texts(value: Any) -> tuple[str, ...]:
    items: Sequence[Any] = value if isinstance(value, list) else () if value is None else (value,)
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def _lower(value: Any) -> tuple[str, ...]:
    return tuple(text.lower() for text in _texts(value))


def matches_action(action: str, pattern: str) -> bool:
    """Tell whether the pattern takes in the action, both in lower case."""
    # fnmatch knows brackets, which IAM doesn't: they stand for themselves.
    return matches(action, pattern.replace("[", "[[]"))
