"""What a file of the known world may say: types, their properties with a judge each, and policy documents."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from policies.known.calls import TypeCalls
from policies.limits import Reason
from policies.schema import StrictModel

Scalar = bool | int | float | str
Words = Annotated[list[str], Field(min_length=1)]
# Placeholders whose values the stack's resources have.
_OF_THE_STACK = re.compile(r"\$\{(account|[^{}]+\.[^{}]+)\}")
_VALUES = ("is_", "one_of", "all_of", "limit", "own", "network", "name", "file")


# What AWS changes in place in whatever has it.
_TAGS = "tags"


class Judge(StrictModel):
    """What judges one property: a rule by its id, or values of which each must be one, or the reason why any is good.

    `allOf` are the items of a list, each of which must be there; `own` is an output of a resource of this stack
    (`Key.arn`), `of` that resource's logical name; `network` is an output of this environment's network; `name` is text
    with placeholders such as `${environment}`; `file` is how the path of a local archive may end. Where several are
    given, one of them must hold. `required` says that the property must be set.
    """

    rule: str | None = None
    is_: Scalar | None = Field(None, alias="is")
    one_of: Annotated[list[Scalar], Field(min_length=1)] | None = None
    all_of: Annotated[list[Scalar], Field(min_length=1)] | None = None
    limit: str | None = None
    own: str | None = None
    of: str | None = None
    network: str | None = None
    name: str | None = None
    file: Words | None = None
    free: Reason | None = None
    required: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Judge:
        given = [self.rule is not None, self.by_value, self.free is not None]
        if sum(given) == 0:
            raise ValueError(
                "has no judge: give rule, is, oneOf, allOf, limit, own, network, name, file, or free with the reason"
            )
        if self.free is not None and sum(given) > 1:
            raise ValueError("is free and has a judge too: leave one of them out")
        if self.of is not None and self.own is None:
            raise ValueError("has 'of' without 'own'")
        return self

    @property
    def by_value(self) -> bool:
        """Tell whether the entry says which values are good."""
        return any(getattr(self, kind) is not None for kind in _VALUES)

    @property
    def by_stack(self) -> bool:
        """Tell whether other resources must be known to judge the value."""
        of_stack = self.name is not None and _OF_THE_STACK.search(self.name) is not None
        return self.own is not None or self.network is not None or of_stack


class Statement(StrictModel):
    """What a policy document may allow, or must deny: texts with placeholders, as the document has them.

    A statement of the document is good when its actions, principals and resources are among these, and all of these
    conditions are its own too. `everywhere` is the reason why an action that knows resources is allowed on all;
    `needed` says that the document must allow it just so, as without it something fails that nobody sees.
    """

    actions: Words
    on: Words = Field(default_factory=lambda: ["*"])
    principals: list[str] = Field(default_factory=list)
    conditions: dict[str, dict[str, Words]] = Field(default_factory=dict, alias="if")
    everywhere: Reason | None = None
    needed: bool = False
    reason: Reason | None = None


class Document(StrictModel):
    """A policy document: all that it may allow, and what it must deny."""

    allows: list[Statement] = Field(default_factory=list)
    denies: list[Statement] = Field(default_factory=list)


class KnownResource(StrictModel):
    """What is known of one resource by its logical name, beside what is known of its type.

    `required` is why every stack has it, `optional` why some have it; what is neither and isn't there is unused.
    `unless` are the settings of the stacks that go without it, though it is required of the others.
    """

    required: Reason | None = None
    optional: Reason | None = None
    unless: dict[str, str] = Field(default_factory=dict)
    properties: dict[str, Judge] = Field(default_factory=dict)
    documents: dict[str, Document] = Field(default_factory=dict)


class KnownType(StrictModel):
    """What is known of a type of resources: why there are such, and every property that may be set.

    A property's path has its blocks before it (`vpcConfig.subnetIds`); `*` stands for any key of a map; the items of
    a list have the list's own path. `documents` are policy documents, which are known by resource alone. `data` says
    that the resources hold data, so that the option protect follows dataProtection. `onlyNamed` says that a resource of
    another logical name than those under `resources` is as unknown as another type. `formerly` are the names that the
    provider's SDK once had for the type, which it gives as aliases. `answer` is what AWS answers when
    one is made, simulated offline: outputs with the placeholders `${name}`, `${region}`, `${account}`, `${hex}` (what
    AWS makes up, `${hex17}` in the length of EC2's ids) and `${input.<property>}`. `calls` are what AWS is
    asked for such resources; of a type that several projects have they stand in one of them. `unless` are the settings
    of the stacks that go without the type, and without what is required of it.
    """

    reason: Reason
    data: bool = False
    only_named: bool = False
    optional: Reason | None = None
    unless: dict[str, str] = Field(default_factory=dict)
    formerly: list[str] = Field(default_factory=list)
    ignore_changes: dict[str, Reason] = Field(default_factory=dict)
    answer: dict[str, str] = Field(default_factory=dict)
    calls: TypeCalls | None = None
    documents: list[str] = Field(default_factory=list)
    properties: dict[str, Judge] = Field(default_factory=dict)
    resources: dict[str, KnownResource] = Field(default_factory=dict)

    @property
    def former_aliases(self) -> list[dict[str, dict[str, str]]]:
        """Return the former names as the aliases that the SDK gives."""
        return [{"spec": {"type": type_, "parentUrn": ""}} for type_ in self.formerly]


class KnownFile(StrictModel):
    """One file of the known world: the types of one service."""

    schema_version: Literal[1]
    types: Annotated[dict[str, KnownType], Field(min_length=1)]

    @field_validator("types")
    @classmethod
    def _calls_are_of_their_type(cls, types: dict[str, KnownType]) -> dict[str, KnownType]:
        for type_, known in types.items():
            if known.calls is not None and (problem := next(known.calls.problems(type_), None)) is not None:
                raise ValueError(f"has calls of {type_} that are not its own: {problem}")
            tagged = any(name.partition(".")[0] == _TAGS for name in known.properties)
            if known.calls is not None and "update" in known.calls.never and tagged:
                raise ValueError(f"has {type_} as never updated, and its tags, which are: say by which calls")
        return types


class ParameterGroup(StrictModel):
    """The database parameters that a group of the type may set."""

    type: str
    parameters: dict[str, Judge]


class KnownParameters(StrictModel):
    """All that parameters.yaml says."""

    schema_version: Literal[1]
    groups: list[ParameterGroup]


class KnownOptions(StrictModel):
    """Resource options that may be set, each with the rule that judges it or the reason why any value is good."""

    schema_version: Literal[1]
    options: dict[str, Judge]


class KnownActions(StrictModel):
    """IAM's actions that can't be scoped to a resource, by service: generated, never written."""

    schema_version: Literal[1]
    source: str
    unscoped: dict[str, list[str]]


class KnownClasses(StrictModel):
    """Instance classes of Aurora PostgreSQL, each with the regions that lack it: generated, never written.

    `regions` are all that the source knows.
    """

    schema_version: Literal[1]
    source: str
    regions: Words
    lacking: dict[str, list[str]]


class KnownComputed(StrictModel):
    """Optional properties that the provider fills in by itself, by type: generated from its SDK, never written.

    Where the engine asks, such a property may be the provider's own; in a recorded program it is the program's.
    """

    schema_version: Literal[1]
    computed: dict[str, list[str]]
