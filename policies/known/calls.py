"""Which calls AWS gets for a type of resource, phase by phase; the workflows' rights are derived from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policies.limits import Reason
from policies.schema import StrictModel

Phase = Literal["plan", "read", "create", "update", "delete", "recover"]
PHASES: tuple[Phase, ...] = ("plan", "read", "create", "update", "delete", "recover")
# From what a call is known.
Source = Literal["provider", "model", "sar", "recover", "provisioned"]
SOURCES: dict[Source, str] = {
    "provider": "The source of the Terraform AWS provider, on which Pulumi's is built.",
    "model": "AWS's own words on the call, in botocore's service model or the service's guide.",
    "sar": "The Service Authorization Reference.",
    "recover": "What `recover` asks, to find what an update was making when it was cut off (program/engine/recovery).",
    "provisioned": "What `provisioned` asks, to see that the first rotation is over (program/engine/provisioned.py).",
}
Words = Annotated[list[str], Field(min_length=1)]
Action = Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$")]
PLACEHOLDER = re.compile(r"\$\{([\w.]+)\}")


class Call(StrictModel):
    """Actions that AWS is asked for together, on which ARNs, and what binds them.

    Without `on` the call is on the type's own ARN; `everywhere` is the reason why no resource can be named. `tags` says
    whether the resource's tags are in the request, must be on the resource, or must not be on it (none: AWS made it
    and gave it none, so that no resource that somebody tagged is meant). `if` is what else binds it. `by` says whose
    policy allows it: a role's, or that of the key itself. `when` names the inputs that a resource must have for the
    call to be made.
    """

    actions: Annotated[list[Action], Field(min_length=1)]
    on: list[str] = Field(default_factory=list)
    everywhere: Reason | None = None
    tags: Literal["request", "resource", "none"] | None = None
    conditions: dict[str, Words] = Field(default_factory=dict, alias="if")
    by: Literal["role", "key"] = "role"
    when: dict[str, bool | str] = Field(default_factory=dict)
    source: Source
    note: Reason | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Call:
        if self.on and self.everywhere is not None:
            raise ValueError("has both on and everywhere: leave one of them out")
        return self


class TypeCalls(StrictModel):
    """The calls for one type: by which input it is named, its ARN, and the calls of each phase.

    `plan` has what the program itself asks while it is run, for a preview already. Texts have the placeholders name,
    region, account, environment, suffix, boundary, image and inputs.<property>; `<random>` is what AWS ends a secret's
    ARN with, `<id>` an id that AWS chooses.
    """

    named: str = "name"
    arn: str
    plan: list[Call] = Field(default_factory=list)
    read: list[Call]
    create: list[Call]
    update: list[Call] = Field(default_factory=list)
    delete: list[Call]
    recover: list[Call] = Field(default_factory=list)

    def calls(self, *phases: Phase) -> Iterator[tuple[Phase, Call]]:
        """Yield the calls of the phases; of all phases where none is named."""
        for phase in phases or PHASES:
            yield from ((phase, call) for call in getattr(self, phase))

    @property
    def inputs(self) -> frozenset[str]:
        """Return the inputs that the calls speak of."""
        texts = [self.arn]
        names = {self.named}
        for _, call in self.calls():
            texts += [*call.on, *(value for values in call.conditions.values() for value in values)]
            names.update(call.when)
        found = (placeholder for text in texts for placeholder in PLACEHOLDER.findall(text))
        return frozenset(names | {name.removeprefix("inputs.") for name in found if name.startswith("inputs.")})
