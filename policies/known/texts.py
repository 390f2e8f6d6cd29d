"""Texts with placeholders, as a stack makes them: `${environment}`, `${account}`, `${tap-key.arn}`, `${Key.arn}`.

`${config.key}` is a value of the stack's configuration; `${copy.name}` and the like are of the stack that the
foundation makes something for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policies import tokens
from policies.context import Context
from policies.deployers import deployers_of
from policies.known.copies import Copy, copy_of
from policies.known.paths import at
from policies.naming import NAME_PART, prefixed
from policies.view import UNKNOWN, Resource, StackView

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")
# Twelve digits that stand for themselves: no part of a longer number, a word or a UUID.
ACCOUNT = re.compile(r"(?<![A-Za-z0-9-])\d{12}(?![A-Za-z0-9-])")
_OWN_NAME_PART = r"[A-Za-z0-9-]+"
# Stands for the prefix where nobody knows it: it may be empty, and ends with the hyphen.
_PREFIX = "prefix"
_ANY_PREFIX = rf"(?:{NAME_PART}-)?"
_ANY, _NEVER = ".+", "(?!)"
_STAR = r"[^/:]+"
# What stands for any text of a kind, whatever the stack.
_PATTERNS = {_PREFIX: _ANY_PREFIX, "anyName": r"[A-Za-z0-9*-]+"}
# A key of the stack's configuration follows.
_CONFIG = "config."
# The logical name of the foundation's key of an environment's secrets begins so.
_SECRETS_KEY = "state-secrets-key-"


@dataclass(frozen=True)
class Place:
    """One stack: where it is, and what its resources have made.

    Of what the foundation makes for another stack, `copy` is that stack, and the context is that stack's.
    """

    stack: StackView
    context: Context
    copy: Copy | None = None

    def of(self, resource: Resource) -> Place:
        """Return the place in whose words the resource is known: that of the stack that it is made for."""
        copy = copy_of(resource, self.context)
        if copy is None:
            return self
        if copy not in self._copies:
            place = Place(self.stack, copy.within(self.context), copy)
            # Where the foundation is, so is what it makes; looking for it costs a walk through all resources.
            place.__dict__["account"] = self.account
            self._copies[copy] = place
        return self._copies[copy]

    @cached_property
    def _copies(self) -> dict[Copy, Place]:
        return {}

    @cached_property
    def account(self) -> str | None:
        """Return the account that the stack lives in: the limits' own, or by what it made, or by what it names most."""
        if self.context.limits.account is not None:
            return self.context.limits.account
        made = Counter(self._accounts("arn")) or Counter(self._accounts(None))
        return min(made, key=lambda account: (-made[account], account), default=None)

    def _accounts(self, prop: str | None) -> Iterator[str]:
        for resource in self.stack.resources:
            value = resource.inputs if prop is None else self.made(resource, prop)
            yield from ACCOUNT.findall(repr(value))

    def made(self, resource: Resource, output: str) -> Any:
        """Return the output that AWS made; what a program may set by itself, as a component's or an input, is none."""
        is_input = self.context.known.row(resource.type, resource.name, (output,)) is not None
        return None if is_input or resource.type.partition(":")[0] != "aws" else resource.inputs.get(output)

    def matches(self, text: str, template: str, depends: frozenset[str]) -> bool:
        """Tell whether the text is one that the template stands for.

        An output that isn't known yet may be any text, where the text comes from the resource that will have it.
        """
        if not text.startswith(template.partition("${")[0]):
            return False
        key = (template, depends)
        if key not in self._patterns:
            self._patterns[key] = re.compile("".join(self._parts(template, depends)))
        return self._patterns[key].fullmatch(text) is not None

    def comes_from(self, template: str, depends: frozenset[str]) -> bool:
        """Tell whether a text that isn't known yet comes from a resource whose output the template names."""
        owners = {placeholder.partition(".")[0] for placeholder in _PLACEHOLDER.findall(template)}
        return any(self._is(item, owner) for item in self.stack.resources if item.urn in depends for owner in owners)

    @cached_property
    def foundations(self) -> Mapping[str, str | None]:
        """Return the names of what the foundation makes for the stack; unknown where its suffix is."""
        project, suffix = self.context.stack.project, self.context.suffix
        if self.copy is not None:
            project = self.copy.project
        prefix = self.context.prefix or ""
        names = deployers_of(project, self.context.environment, suffix, prefix) if project and suffix else None
        return {
            "boundary": names.boundary if names is not None else None,
            "deployRole": names.deploy_role if names is not None else None,
            "driftRole": names.drift_role if names is not None else None,
        }

    @cached_property
    def _patterns(self) -> dict[tuple[str, frozenset[str]], re.Pattern[str]]:
        return {}

    def _parts(self, template: str, depends: frozenset[str]) -> Iterator[str]:
        template = _with_prefix(template, self.context.prefix if self.copy is None else None)
        for index, part in enumerate(_PLACEHOLDER.split(template)):
            yield self._placeholder(part, depends) if index % 2 else re.escape(part)

    def _placeholder(self, placeholder: str, depends: frozenset[str]) -> str:
        if placeholder in _PATTERNS:
            return _PATTERNS[placeholder]
        if placeholder.startswith(_CONFIG) and not self.context.stack.config:
            return _ANY  # nobody told the configuration
        values = self._values(placeholder)
        if values is not None:
            return f"(?:{'|'.join(map(re.escape, values))})" if values else _NEVER
        owner = placeholder.partition(".")[0]
        comes = any(item.urn in depends for item in self.stack.resources if self._is(item, owner))
        return _ANY if comes or placeholder == owner else _NEVER

    def _values(self, placeholder: str) -> list[str] | None:
        """Return what the placeholder stands for; None where nobody knows it before the deployment."""
        fixed = {
            "environment": self.context.environment,
            "suffix": self.context.suffix,
            "region": self.context.region,
            "account": self.account,
            **self.foundations,
        }
        if self.copy is not None and placeholder == "region":
            # Nobody tells in which of its environment's regions another stack is.
            return self.context.limits.regions
        if placeholder in fixed:
            value = fixed[placeholder]
            return [value] if value is not None else None
        if placeholder in (of_others := self._of_others):
            return of_others[placeholder]
        if placeholder.startswith(_CONFIG):
            key = placeholder.removeprefix(_CONFIG)
            found = self.context.stack.config.get(key) if ":" in key else self.context.stack.get(key)
            return [found] if found else []
        owner, _, output = placeholder.partition(".")
        values = [at(item.inputs, output) for item in self.stack.resources if self._is(item, owner)]
        known = [value for value in values if isinstance(value, str)]
        return None if not known and any(value is None or value is UNKNOWN for value in values) else known

    @cached_property
    def _of_others(self) -> Mapping[str, list[str]]:
        """Return what is known of all environments, and of the stack that something is made for."""
        environments = self.context.all_limits.environments
        found = {
            "environments.name": list(environments),
            "environments.region": sorted({region for block in environments.values() for region in block.regions}),
        }
        if self.copy is None:
            return found
        # The key of the secrets in the state of the stack's environment.
        key = f"{_SECRETS_KEY}{self.copy.environment}"
        keys = [item.inputs.get("arn") for item in self.stack.of(tokens.KEY) if item.name == key]
        return {
            **found,
            "copy.called": [self.copy.called],
            "copy.github": [self.copy.github],
            "copy.stack": [self.copy.stack],
            "copy.networks": self.copy.networks,
            "copy.project": [self.copy.project] if self.copy.project is not None else [],
            "copy.name": [self.copy.name] if self.copy.name is not None else [],
            "copy.secretsKey": [value for value in keys if isinstance(value, str)],
        }

    def _is(self, resource: Resource, owner: str) -> bool:
        """Tell whether the resource is the one that is meant: a name alone anything may have, a component too."""
        of_type = self.context.known.types.get(resource.type)
        if of_type is None or resource.type.partition(":")[0] != "aws":
            return False
        return owner == resource.type.rpartition(":")[2] or (owner == resource.name and owner in of_type.resources)


def matches_name(value: Any, template: str, context: Context) -> bool:
    """Tell whether the text is a name by the template; `*` stands for a part of a name, an unknown suffix for any."""
    fixed = {
        "environment": re.escape(context.environment),
        "suffix": re.escape(context.suffix) if context.suffix is not None else _OWN_NAME_PART,
        "region": re.escape(context.region),
        _PREFIX: _ANY_PREFIX,
    }
    pattern = "".join(
        fixed[part] if index % 2 else re.escape(part).replace(r"\*", _STAR)
        for index, part in enumerate(_PLACEHOLDER.split(_with_prefix(template, context.prefix)))
    )
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _with_prefix(template: str, prefix: str | None) -> str:
    if prefix is not None:
        return prefixed(template, prefix)
    return template.replace("${environment}-", f"${{environment}}-${{{_PREFIX}}}")
