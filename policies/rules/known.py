"""Rules of the known world on one resource: its type, every property, and the values that may stand there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from policies import tokens
from policies.context import Context
from policies.globs import matches
from policies.known.judging import is_kept, is_same, judged, words
from policies.known.paths import Path, is_empty
from policies.known.tables import Known, does_without, known_computed
from policies.rule import ANY_TYPE, ResourceRule, StackRule
from policies.rules.shapes import shown_at
from policies.view import UNKNOWN, Resource, StackView, Undecided

# What reads other stacks.
_PROVIDER_OF_REFERENCES = "pulumi:providers:pulumi"
_NEXT = "with the rule that judges it or the reason why any value is good"


def _types(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    for resource in stack.resources:
        if resource.type in context.known.types:
            if not context.known.is_named(resource.type, resource.name):
                yield resource, _unknown_name(resource, context)
        elif not _is_the_engines_own(resource, context):
            yield resource, _unknown_type(resource, context)


def _unknown_type(resource: Resource, context: Context) -> str:
    line, file = json.dumps(f"{resource.type}: {{reason: ..., properties: {{...}}}}"), _file_for(resource.type, context)
    return (
        f"{resource.type} is no known type; nothing judges it. Remove it, or add it to {file} with every property that "
        f"may be set: {line}"
    )


def _unknown_name(resource: Resource, context: Context) -> str:
    file, line = context.known.files[resource.type], json.dumps(f"{resource.name}: {{required: ...}}")
    return (
        f"it is none of the known resources of {resource.type}; nothing says what it is for. Remove it, or add it to "
        f"{file} under that type's resources: {line}"
    )


def _is_the_engines_own(resource: Resource, context: Context) -> bool:
    """Tell whether the engine made the provider by itself; a program that was recorded made all that there is."""
    own = (tokens.PROVIDER, _PROVIDER_OF_REFERENCES)
    return context.is_live and resource.type in own and resource.name.startswith("default")


def _file_for(type_: str, context: Context) -> str:
    """Return the file for the type in the project's world, whether it is there already or not."""
    package, _, module = type_.partition(":")
    service = module.partition("/")[0].partition(":")[0]
    return f"policies/known/{context.world}/{service if package == 'aws' and service else package}.yaml"


TYPES = StackRule(
    id="known-types",
    title="Every resource must be of a known type, and have a known name where its type asks for one.",
    why="A type that no rule knows is judged by none: a user, a bucket, another package or a command passes unseen.",
    fix="Remove the resource, or add its type to policies/known with a judge for each property.",
    types=(ANY_TYPE,),
    severity="critical",
    asks_recording=True,
    judge=_types,
)


def _properties(resource: Resource, context: Context) -> Iterator[str]:
    tables = context.known
    if resource.type not in tables.types:
        return  # known-types says so
    paths = dict(resource.leaves)
    for path in sorted(paths):
        if _is_known(tables, resource, path, empty=is_empty(paths[path]) or paths[path] is UNKNOWN):
            continue
        if context.is_live and _may_be_the_providers(resource, path, paths[path]):
            continue
        yield _unknown(tables, resource, path)


def _is_known(tables: Known, resource: Resource, path: Path, *, empty: bool) -> bool:
    row = tables.row(resource.type, resource.name, path)
    return row is not None or (empty and tables.is_block(resource.type, resource.name, path))


def _may_be_the_providers(resource: Resource, path: Path, value: object) -> bool:
    """Tell whether nobody need have set it: live, a provider answers what it computes, and nothing for the rest.

    The engine shows policies no `__defaults`. What a program sets is told by its recording, and by a preview's plan.
    """
    return path[0] in known_computed().computed.get(resource.type, ()) or not value


def _unknown(tables: Known, resource: Resource, path: Path) -> str:
    name = ".".join(path)
    return (
        f"{name} is not known; nothing judges it. Remove it, or add it to {tables.files[resource.type]} under "
        f"{resource.type} {_NEXT}: {json.dumps(f'{name}: {{free: ...}}')}"
    )


PROPERTIES = ResourceRule(
    id="known-properties",
    title="Every property that is set must be judged by something.",
    why="A property beside the judged ones undoes them: a public snapshot, a Data API, an inline policy.",
    fix="Remove the property, or add it to its type in policies/known with the rule that judges it or a reason.",
    types=(ANY_TYPE,),
    severity="critical",
    asks_recording=True,
    judge=_properties,
)


def _values(resource: Resource, context: Context) -> Iterator[str]:
    found = resource.leaves
    unknown: list[Path] = []
    for row in context.known.rows(resource.type, resource.name):
        if not row.judge.by_value or row.judge.by_stack or is_kept(row, resource, context):
            continue
        here = [(path, value) for path, value in found if row.covers(path)]
        if row.judge.required and not any(row.covers(path) and not is_empty(value) for path, value in found):
            yield f"{'.'.join(row.path)} is not set; it must be {words(row.judge, context)}"
        for lacks in row.judge.all_of or ():
            if not any(value is UNKNOWN or is_same(value, lacks) for _, value in here):
                yield f"{'.'.join(row.path)} lacks {lacks} ({row.file})"
        for path, value in here:
            if value is UNKNOWN:
                unknown.append(path)
            elif not is_empty(value) and not judged(row.judge, value, context):
                found_here, wanted = shown_at(path[0], value), words(row.judge, context)
                yield f"{'.'.join(path)} is {found_here}; it must be {wanted} ({row.file})"
    if unknown:
        raise Undecided(".".join(unknown[0]), resource.urn)


VALUES = ResourceRule(
    id="known-values",
    title="Properties must have values that are known to be good.",
    why="Most properties have one right value here; whatever else is written there is a mistake or worse.",
    fix="Set the value that policies/known names, or change it there with its reason.",
    types=(ANY_TYPE,),
    severity="high",
    limits=("lambda_timeout_seconds",),
    judge=_values,
)


def _presence(stack: StackView, context: Context) -> Iterator[tuple[None, str]]:
    here = Counter((resource.type, resource.name) for resource in stack.resources)
    for type_, name in sorted(found for found, count in here.items() if count > 1 and _has_name(*found, context)):
        yield None, f"{name} ({type_}) is there more than once; what is known of it is known of one alone"
    required = list(context.known.required(context.stack.get))
    if not any((type_, name) in here for type_, name, _ in required):
        return
    for type_, name, reason in required:
        if (type_, name) not in here:
            yield None, f"{name} ({type_}) is missing: {reason}"


def _has_name(type_: str, name: str, context: Context) -> bool:
    """Tell whether something is known of the resource by its logical name."""
    of_type = context.known.types.get(type_)
    return of_type is not None and name in of_type.resources


PRESENCE = StackRule(
    id="known-resources",
    title="Everything that keeps the stack safe must be there.",
    why="A protection that just disappears leaves nothing that a rule could judge.",
    fix="Make the resource again, or remove its entry from policies/known.",
    types=(ANY_TYPE,),
    severity="critical",
    judge=_presence,
)


def _unused(stack: StackView, context: Context) -> Iterator[tuple[None, str]]:
    here = {(resource.type, resource.name) for resource in stack.resources}
    if not any((type_, name) in here for type_, name, _ in context.known.required(context.stack.get)):
        return
    types, names = {type_ for type_, _ in here}, [name for _, name in here]
    for type_, found in context.known.types.items():
        if not does_without(context.stack.get, found):
            yield from ((None, said) for said in _unused_of(type_, types, names, context))
    if context.limits.other_regions:
        return  # What is trusted may be what the stack of another region needs, and nobody shows that one here.
    texts = [repr(resource.inputs) for resource in stack.resources]
    for trusted in context.trusted:
        if not any(matches(text, f"*{trusted.value}*") for text in texts):
            yield (
                None,
                f"{trusted.value} is trusted in {context.environment} and unused; remove it from environments.yaml",
            )


def _unused_of(type_: str, types: set[str], names: Sequence[str], context: Context) -> Iterator[str]:
    """Say it of the type and all under it at once, as they go together; else of each of its resources."""
    found, file = context.known.types[type_], context.known.files[type_]
    unused = [
        glob
        for glob, resource in found.resources.items()
        if resource.optional is None
        and not does_without(context.stack.get, resource)
        and not any(matches(name, glob) for name in names)
    ]
    if type_ not in types and found.optional is None:
        under = f" with all of its resources ({', '.join(unused)})" if unused else ""
        yield f"{type_} is known and unused{under}; remove it from {file}, or say when it is optional"
    elif unused:
        are, them = ("are", "them") if len(unused) > 1 else ("is", "it")
        yield f"{', '.join(unused)} ({type_}) {are} known and unused; remove {them} from {file}"


UNUSED = StackRule(
    id="known-unused",
    title="Every known entry must be used.",
    why="An entry that nothing needs lets something pass that nobody looks at any more.",
    fix="Remove the entry from policies/known, or the trusted text from policies/environments.yaml.",
    types=(ANY_TYPE,),
    severity="low",
    default_level="advisory",
    judge=_unused,
)

RULES = (TYPES, PROPERTIES, VALUES, PRESENCE, UNUSED)
