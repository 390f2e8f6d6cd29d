"""Rules on how the engine treats resources: their options, their provider, and the configuration of both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from policies import tokens
from policies.context import Context
from policies.known.tables import known_options
from policies.rule import ANY_TYPE, StackRule
from policies.view import Resource, StackView

_FILE = "policies/known/options.yaml"
_NAMESPACES = ("aws:", "github:", "pulumi:")
_PROVIDERS = "pulumi:providers:"
_ALIASES = "aliases"
_CREDENTIALS = frozenset(
    {
        "accessKey",
        "secretKey",
        "token",
        "profile",
        "sharedCredentialsFile",
        "sharedCredentialsFiles",
        "sharedConfigFiles",
    }
)


def _options(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    recorded = context.recorded or {}
    for resource in stack.resources:
        options = {**resource.options, **recorded.get(resource.urn, {})}
        for name in sorted(options):
            if name == _ALIASES and _are_former_names(options[name], resource, context):
                continue
            if name not in known_options().options:
                line = json.dumps(f"{name}: {{free: ...}}")
                yield (
                    resource,
                    f"the option {name} is not known; nothing judges it. Remove it, or add it to {_FILE} with the rule "
                    f"that judges it or the reason why any value is good: {line}",
                )
        of_type = context.known.types.get(resource.type)
        if resource.protect and not (of_type is not None and of_type.data):
            yield resource, "the option protect is set on what holds no data; it stops the destruction of the stack"


def _are_former_names(aliases: Any, resource: Resource, context: Context) -> bool:
    """Tell whether the aliases say no more than how the type was called before, as its SDK gives them by itself."""
    of_type = context.known.types.get(resource.type)
    if of_type is None or not aliases:
        return False
    # As the engine tells them, beside how a program gives them.
    told = [resource.urn.replace(resource.type, type_) for type_ in of_type.formerly]
    return all(alias in of_type.former_aliases or alias in told for alias in aliases)


OPTIONS = StackRule(
    id="known-options",
    title="Resources must have known options only.",
    why="An option can keep, adopt, hide or reroute a resource, whatever its properties say.",
    fix="Remove the option, or add it to policies/known/options.yaml with its judge.",
    types=(ANY_TYPE,),
    severity="critical",
    asks_recording=True,
    judge=_options,
)


def _providers(stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    for provider, found in sorted(_given(stack, context).items()):
        good = {row.path[0] for row in context.known.rows(provider, "default")}
        for key in sorted(found - good):
            yield None, f"the provider has {key}, {_why_not(provider, key, context)}"
    # What a stack file may say of a provider is less than what the provider may say of itself.
    for name in sorted(context.stack.config):
        namespace, _, key = name.partition(":")
        provider = f"{_PROVIDERS}{namespace}"
        known = context.known.types.get(provider)
        allowed = known.resources["configuration"].properties if known is not None else {}
        if name.startswith(_NAMESPACES) and key not in allowed:
            yield None, f"the stack's configuration has {name}, {_why_not(provider, key, context)}"


def _given(stack: StackView, context: Context) -> dict[str, set[str]]:
    """Return by provider what its resources' providers are given; of a package that nobody knows it is AWS's."""
    found: dict[str, set[str]] = {}
    for resource in stack.resources:
        of_package = f"{_PROVIDERS}{resource.type.partition(':')[0]}"
        provider = of_package if of_package in context.known.types else tokens.PROVIDER
        found.setdefault(provider, set()).update(resource.provider_inputs)
    return found


def _why_not(provider: str, key: str, context: Context) -> str:
    if key in _CREDENTIALS:
        return "a credential, which nothing that is reviewed may hold; the deployment gets its own from its role"
    return (
        "which is not known; it can move everything elsewhere. Remove it, or add it to "
        f"{context.known.files.get(provider, context.known.files[tokens.PROVIDER])} under {provider}: "
        f"{json.dumps(f'{key}: {{free: ...}}')}"
    )


PROVIDERS = StackRule(
    id="known-providers",
    title="Providers must have known configuration only.",
    why="An endpoint, a role or a key in the provider's configuration moves every resource to somebody else.",
    fix="Leave region and allowedAccountIds alone in the stack's configuration.",
    types=(tokens.PROVIDER,),
    severity="critical",
    judge=_providers,
)

RULES = (OPTIONS, PROVIDERS)
