"""Rules on whose things are named: accounts, regions, ARNs, names and addresses are this stack's, or trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from policies import tokens
from policies.context import Context
from policies.known.judging import allowed_values
from policies.known.paths import Path
from policies.known.texts import ACCOUNT, Place
from policies.known.worlds import FOUNDATION
from policies.naming import beginning
from policies.rule import ANY_TYPE, ResourceRule, StackRule
from policies.rules.identity import NAMES
from policies.view import Resource, StackView

_REGION = re.compile(
    r"(?<![A-Za-z0-9])(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov|-iso[a-z]?)?-"
    r"(?:north|south|east|west|central)(?:east|west)?-\d(?![0-9])"
)
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:[^:\s\"]*:[^\s\"]+")
_ORGANISATION = re.compile(r"(?<![A-Za-z0-9-])o-[a-z0-9]{10,32}(?![A-Za-z0-9-])")
_ADDRESS = re.compile(r"(?<![A-Za-z0-9])(?:https?|s3)://[^\s\"]+", re.IGNORECASE)
_NAME = r"(?<![A-Za-z0-9-])(?:{})-[A-Za-z0-9*-]+"
_ARN_PARTS = 6
# What is said in these is for people, or judged by rules of their own.
_NOT_READ = ("description", "alarmDescription", "displayName", "tags", "tagsAll")


@dataclass(frozen=True)
class _Reader:
    """Reads texts for what is not this stack's."""

    place: Place

    def foreign(self, text: str, *, is_document: bool) -> Iterator[str]:
        """Yield what the text names that is neither this stack's nor trusted."""
        text = self._without_own(text)
        account, region = self.place.account, self.place.context.region
        yield from (f"account {found}" for found in ACCOUNT.findall(text) if found != account)
        yield from (f"region {found}" for found in _REGION.findall(text) if found != region)
        yield from (f"organisation {found}" for found in _ORGANISATION.findall(text))
        yield from (f"the address {found}" for found in _ADDRESS.findall(text))
        yield from (f"{found}, a name of another environment or copy" for found in self._other_names(text))
        if not is_document:
            # What a document names is known statement by statement.
            yield from (
                f"{found}, which is nothing of this stack" for found in _ARN.findall(text) if not self._is_own(found)
            )

    def _without_own(self, text: str) -> str:
        return self._own.sub("", text)

    @cached_property
    def _own(self) -> re.Pattern[str]:
        """Return a pattern of what is trusted, and of what the stack or the foundation made."""
        found = [self.place.made(item, key) for item in self.place.stack.resources for key in ("arn", "endpoint")]
        found += self._of_the_foundation()
        outputs = sorted(
            {value for value in found if isinstance(value, str) and value}, key=lambda value: (-len(value), value)
        )
        trusted = [re.escape(item.value).replace(r"\*", r"[^\s\"]*") for item in self.place.context.trusted]
        return re.compile("|".join([*trusted, *map(re.escape, outputs)]) or r"(?!)")

    def _of_the_foundation(self) -> Iterator[str]:
        """Yield the ARNs of the roles that act on the stack, and of the boundary of its own."""
        kinds = {"boundary": "policy", "deployRole": "role", "driftRole": "role"}
        for thing, name in self.place.foundations.items():
            if name is not None and self.place.account is not None:
                yield f"arn:aws:iam::{self.place.account}:{kinds[thing]}/{name}"

    @cached_property
    def _names(self) -> frozenset[str]:
        items = self.place.stack.of(*NAMES)
        named = (item.inputs.get(NAMES[item.type].property) for item in items)
        return frozenset(value for value in named if isinstance(value, str))

    @cached_property
    def _others(self) -> re.Pattern[str]:
        context = self.place.context
        others = [re.escape(name) for name in context.all_limits.environments if name != context.environment]
        return re.compile(_NAME.format("|".join(others)) if others else r"(?!)")

    @cached_property
    def _of_environment(self) -> re.Pattern[str]:
        return re.compile(_NAME.format(re.escape(self.place.context.environment)))

    def _is_own(self, arn: str) -> bool:
        parts = arn.split(":", _ARN_PARTS - 1)
        return any(name in re.split(r"[:/]", parts[-1]) or parts[-1].endswith(name) for name in self._names)

    def _other_names(self, text: str) -> Iterator[str]:
        suffix = self.place.context.suffix
        yield from self._others.findall(text)
        if suffix is not None:
            # Secrets Manager ends an ARN with six characters of its own.
            begins = beginning(self.place.context.environment, self.place.context.prefix or "")
            mine = re.compile(rf"{re.escape(begins)}.*-{re.escape(suffix)}(-[A-Za-z0-9]{{6}})?")
            yield from (found for found in self._of_environment.findall(text) if not mine.fullmatch(found))


def _foreign(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    reader = _Reader(Place(stack, context))
    for resource in stack.resources:
        of_type = context.known.types.get(resource.type)
        documents = of_type.documents if of_type is not None else ()
        said = {
            f"{path[0]} names {found}"
            for path, value in resource.leaves
            if isinstance(value, str) and _is_read(resource, path, value, context)
            for found in reader.foreign(value, is_document=path[0] in documents)
        }
        for message in sorted(said):
            yield resource, f"{message}; it must be this stack's own, or stand under trusted of the environment"


def _is_read(resource: Resource, path: Path, value: str, context: Context) -> bool:
    """Tell whether the property is an input whose own judge doesn't compare it with what the stack has.

    What is known word for word is nobody's. The foundation's documents name what every stack has, each grant as it is
    known.
    """
    row = context.known.row(resource.type, resource.name, path)
    if path[0] in _NOT_READ or row is None or row.judge.by_stack:
        return False
    is_known = context.world == FOUNDATION and path[0] in context.known.types[resource.type].documents
    return not is_known and value not in allowed_values(row.judge, context)


FOREIGN = StackRule(
    id="known-identities",
    title="Accounts, regions, ARNs and names must be this stack's own, or trusted by name.",
    why="What belongs to somebody else is judged by nobody here, and changes behind the stack's back.",
    fix="Name the stack's own, or add it to trusted of the environment in policies/environments.yaml with its reason.",
    types=(ANY_TYPE,),
    severity="critical",
    limits=("region", "account", "trusted"),
    judge=_foreign,
)


def _registry(resource: Resource, context: Context) -> Iterator[str]:
    if resource.peek("imageUri") is None:
        return
    found = resource.text("imageUri").partition("/")[0]
    limits = context.limits
    own = f"{limits.account}.dkr.ecr.{context.region}.amazonaws.com" if limits.account is not None else None
    wanted = context.stack.get("dockerImageUri")
    if found in (own, *(item.value for item in context.trusted)):
        if wanted and resource.text("imageUri") != wanted:
            key = context.stack.key("dockerImageUri")
            yield f"imageUri is not the image of {key}; whoever owns that repository decides what runs"
    else:
        yield (
            f"imageUri is of the registry {found}; {context.environment} takes {own or 'what it trusts'} alone. Add it "
            f"to trusted of {context.environment} in policies/environments.yaml: {{value: {found}, reason: ...}}"
        )


REGISTRY = ResourceRule(
    id="lambda-image-registry",
    title="The image must come from this environment's registry.",
    why="Whoever owns the registry decides what runs, and a registry of another region is not replicated here.",
    fix="Push the image to the environment's registry, or trust the registry with a reason.",
    types=(tokens.FUNCTION,),
    severity="critical",
    limits=("region", "account", "trusted"),
    judge=_registry,
)

RULES = (FOREIGN, REGISTRY)
