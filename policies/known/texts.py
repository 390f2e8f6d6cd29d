"""Texts with placeholders, as a stack makes them: `${environment}`, `${account}`, `${tap-key.arn}`, `${Key.arn}`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policies.context import Context
from policies.known.paths import at
from policies.view import UNKNOWN, Resource, StackView

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")
# Twelve digits that stand for themselves: no part of a longer number, a word or a UUID.
ACCOUNT = re.compile(r"(?<![A-Za-z0-9-])\d{12}(?![A-Za-z0-9-])")
_OWN_NAME_PART = r"[A-Za-z0-9-]+"
_STAR = r"[^/:]+"


class UnknownOutputError(Exception):
    """A placeholder stands for an output that is not known yet."""


@dataclass(frozen=True)
class Place:
    """One stack: where it is, and what its resources have made."""

    stack: StackView
    context: Context

    @cached_property
    def account(self) -> str | None:
        """Return the account that the stack lives in: the limits' own, or by what it made, or by what it names most."""
        if self.context.limits.account is not None:
            return self.context.limits.account
        made = Counter(self._accounts("arn")) or Counter(self._accounts(None))
        return min(made, key=lambda account: (-made[account], account), default=None)

    def _accounts(self, prop: str | None) -> Iterator[str]:
        for resource in self.stack.resources:
            value = resource.inputs if prop is None else resource.inputs.get(prop)
            yield from ACCOUNT.findall(repr(value))

    def texts(self, template: str) -> list[str]:
        """Return every text that the template may stand for; raise UnknownOutputError."""
        if template not in self._known:
            self._known[template] = self._expanded(template)
        return self._known[template]

    @cached_property
    def _known(self) -> dict[str, list[str]]:
        return {}

    def _expanded(self, template: str) -> list[str]:
        found = [template]
        for placeholder in dict.fromkeys(_PLACEHOLDER.findall(template)):
            values = self._values(placeholder)
            found = [text.replace(f"${{{placeholder}}}", value) for text in found for value in values]
        return found

    def _values(self, placeholder: str) -> list[str]:
        fixed = {
            "environment": self.context.environment,
            "suffix": self.context.suffix,
            "region": self.context.limits.region,
            "account": self.account,
        }
        if placeholder in fixed:
            value = fixed[placeholder]
            if value is None:
                raise UnknownOutputError(placeholder)
            return [value]
        owner, _, output = placeholder.partition(".")
        values = [at(item.inputs, output) for item in self.stack.resources if _is(item, owner)]
        known = [value for value in values if isinstance(value, str)]
        if not known and any(value is None or value is UNKNOWN for value in values):
            raise UnknownOutputError(placeholder)
        return known


def _is(resource: Resource, owner: str) -> bool:
    return owner in (resource.name, resource.type.rpartition(":")[2])


def matches_name(value: Any, template: str, context: Context) -> bool:
    """Tell whether the text is a name by the template; `*` stands for a part of a name, an unknown suffix for any."""
    fixed = {
        "environment": re.escape(context.environment),
        "suffix": re.escape(context.suffix) if context.suffix is not None else _OWN_NAME_PART,
        "region": re.escape(context.limits.region),
    }
    pattern = "".join(
        fixed[part] if index % 2 else re.escape(part).replace(r"\*", _STAR)
        for index, part in enumerate(_PLACEHOLDER.split(template))
    )
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
