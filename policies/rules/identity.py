"""Rules on what every resource has: a name with environment and suffix, tags, and nothing that hides drift."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from policies import tokens
from policies.context import Context
from policies.known.copies import copy_of
from policies.known.worlds import FOUNDATION
from policies.naming import LONGEST_SUFFIX, beginning
from policies.rule import ResourceRule, Said, StackRule, said_of_each
from policies.rules.shapes import shown
from policies.view import Resource, StackView


@dataclass(frozen=True, slots=True)
class Name:
    """The property that is a type's physical name, and how many characters AWS takes there."""

    longest: int
    property: str = "name"


NAMES: Mapping[str, Name] = {
    tokens.ALARM: Name(255),
    tokens.ALIAS: Name(256),
    tokens.CLUSTER: Name(63, "clusterIdentifier"),
    tokens.CLUSTER_INSTANCE: Name(63, "identifier"),
    tokens.CLUSTER_PARAMETERS: Name(255),
    tokens.FUNCTION: Name(64),
    tokens.LOG_GROUP: Name(512),
    tokens.PARAMETERS: Name(255),
    tokens.POLICY: Name(128),
    tokens.ROLE: Name(64),
    tokens.ROLE_POLICY: Name(128),
    tokens.SECRET: Name(512),
    tokens.SECURITY_GROUP: Name(255),
    tokens.SUBNET_GROUP: Name(255),
    tokens.TOPIC: Name(256),
}
TAGGED = (
    tokens.ALARM,
    tokens.BUCKET,
    tokens.CLUSTER,
    tokens.CLUSTER_INSTANCE,
    tokens.CLUSTER_PARAMETERS,
    tokens.EGRESS_RULE,
    tokens.EIP,
    tokens.FLOW_LOG,
    tokens.FUNCTION,
    tokens.IDENTITY_PROVIDER,
    tokens.IMAGE_REPOSITORY,
    tokens.INGRESS_RULE,
    tokens.INTERNET_GATEWAY,
    tokens.KEY,
    tokens.LOG_GROUP,
    tokens.NAT_GATEWAY,
    tokens.PARAMETERS,
    tokens.POLICY,
    tokens.ROLE,
    tokens.ROUTE_TABLE,
    tokens.SECRET,
    tokens.SECURITY_GROUP,
    tokens.SUBNET,
    tokens.SUBNET_GROUP,
    tokens.TOPIC,
    tokens.VPC,
    tokens.VPC_ENDPOINT,
)


def _names(resource: Resource, context: Context) -> Iterator[str]:
    if copy_of(resource, context) is not None:
        return  # it has the name of what the foundation makes for a stack
    prop = NAMES[resource.type].property
    found = resource.get(prop)
    if not isinstance(found, str) or not found:
        yield f"{prop} is not set; AWS or Pulumi would choose a name without environment and suffix"
        return
    begins = beginning(context.environment, context.prefix or "")
    # A log group's name is a path; the alias has a prefix.
    segments = [part for part in found.split("/") if part.startswith(begins)]
    if not segments:
        yield f"{prop} {found!r} doesn't begin with {begins}"
    elif context.suffix and not any(part.endswith(f"-{context.suffix}") for part in segments):
        yield f"{prop} {found!r} doesn't end with the suffix -{context.suffix}"
    elif context.suffix:
        yield from _too_long(prop, found, context.suffix, NAMES[resource.type].longest, context)


def _too_long(prop: str, found: str, suffix: str, longest: int, context: Context) -> Iterator[str]:
    """Yield what is wrong when the name fits here, and not in every environment and copy that may come."""
    environments = context.all_limits.environments
    most = len(found) + max(map(len, environments)) - len(context.environment) + LONGEST_SUFFIX - len(suffix)
    if most > longest:
        yield (
            f"{prop} {found!r} would have {most} characters with the longest environment and a suffix of "
            f"{LONGEST_SUFFIX}; AWS takes {longest}"
        )


PHYSICAL_NAMES = ResourceRule(
    id="names",
    title="Physical names must contain the environment, the project's prefix and the suffix.",
    why="Copies and services can live side by side only if no name of theirs is the same.",
    fix="Take the name from program/project/naming.py.",
    types=tuple(NAMES),
    judge=_names,
)


def _named_once(stack: StackView, _context: Context) -> Said:
    first: dict[tuple[str, str, str], Resource] = {}
    yield from said_of_each(stack.of(*NAMES), partial(_named_before, first))


def _named_before(first: dict[tuple[str, str, str], Resource], resource: Resource) -> Iterator[str]:
    prop = NAMES[resource.type].property
    found = resource.text(prop)
    other = first.setdefault((resource.type, found, _role_of(resource)), resource)
    if found and other is not resource:
        yield f"{prop} {found!r} is the {prop} of {other.name} too; AWS refuses it, or takes one for both"


def _role_of(resource: Resource) -> str:
    """Return the role that a role policy's name is its own of; before a deployment it is known by dependency alone."""
    if resource.type != tokens.ROLE_POLICY:
        return ""
    return ",".join(sorted(resource.depends_by("role"))) or resource.text("role")


NAMED_ONCE = StackRule(
    id="names-once",
    title="No two resources of a type must have the same physical name.",
    why="CloudWatch lets the second alarm overwrite the first without a word; other services stop in mid-update.",
    fix="Give each its own name, from program/project/naming.py.",
    types=tuple(NAMES),
    severity="high",
    judge=_named_once,
)


def _logical_names(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    if context.world == FOUNDATION:
        return  # it makes something for every environment, and must say for which
    for resource in stack.resources:
        if resource.type != tokens.STACK and context.environment in resource.name.split("-"):
            yield resource, f"the logical name {resource.name!r} has the environment in it; stacks couldn't be compared"


LOGICAL_NAMES = StackRule(
    id="logical-names",
    title="Pulumi's logical names must not contain an environment.",
    why="The same resource must have the same logical name in every stack, or stacks can't be compared.",
    fix="Remove the environment from the resource's first argument.",
    types=("*",),
    judge=_logical_names,
)


def _tags(resource: Resource, context: Context) -> Iterator[str]:
    found = resource.get("tags")
    tags = found if isinstance(found, dict) else {}
    missing = [key for key in context.common.required_tags if not tags.get(key)]
    if missing:
        yield f"tags lack {', '.join(missing)}"
    wanted = {"Environment": context.environment, "EnvironmentSuffix": context.suffix}
    for key, value in wanted.items():
        if value is not None and tags.get(key) not in (None, value):
            yield f"tag {key} is {shown(tags[key])}; it must be {value!r}"


TAGS = ResourceRule(
    id="tags",
    title="Every resource must have the required tags.",
    why="Cost, clean-up and incident all begin with the question whose this is.",
    fix="Set tags=names.tags (program/project/naming.py).",
    types=TAGGED,
    limits=("required_tags",),
    judge=_tags,
)


def _default_tags(stack: StackView, _context: Context) -> Iterator[tuple[Resource | None, str]]:
    found = {json.dumps(resource.provider_inputs.get("defaultTags"), default=str) for resource in stack.resources}
    if found - {"null"}:
        yield None, "the provider sets defaultTags, which hide differences between tags; set tags on each resource"


DEFAULT_TAGS = StackRule(
    id="no-default-tags",
    title="Tags must be set on each resource.",
    why="The provider's defaultTags add tags that the code of a resource doesn't show.",
    fix="Remove aws:defaultTags from the stack's configuration.",
    types=(tokens.PROVIDER,),
    severity="low",
    judge=_default_tags,
)


def _ignored(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    for resource in stack.resources:
        of_type = context.known.types.get(resource.type)
        hidden = set(resource.ignore_changes) - set(of_type.ignore_changes if of_type is not None else ())
        if hidden:
            yield resource, f"ignoreChanges hides {', '.join(sorted(hidden))}; drift there stays unseen"


IGNORED = StackRule(
    id="no-ignore-changes",
    title="Nothing may be hidden from the comparison with the cloud.",
    why="A property in ignoreChanges may drift as it likes.",
    fix="Remove the property from ignore_changes.",
    types=("*",),
    severity="high",
    judge=_ignored,
)

RULES = (PHYSICAL_NAMES, NAMED_ONCE, LOGICAL_NAMES, TAGS, DEFAULT_TAGS, IGNORED)
