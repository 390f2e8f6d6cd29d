"""Which calls AWS gets for a type of resource, phase by phase; the workflows' rights are derived from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, get_args

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
_WORDS = ("account", "boundary", "environment", "image", "name", "region", "suffix")
_OF_INPUTS = "inputs."
# The ARN of a type that has none.
_NONE = "*"
_OF_AN_INPUT = re.compile(r"inputs\.\w+")
# IAM's own name of the services whose name in Pulumi's types is another one.
SERVICES: dict[str, tuple[str, ...]] = {
    "alb": ("elasticloadbalancing",),
    "apigatewayv2": ("apigateway",),
    "appautoscaling": ("application-autoscaling",),
    "cloudwatch": ("cloudwatch", "events", "logs"),
    "cognito": ("cognito-idp", "cognito-identity"),
    "docdb": ("rds",),
    "efs": ("elasticfilesystem",),
    "lb": ("elasticloadbalancing",),
    "msk": ("kafka",),
    "neptune": ("rds",),
    "opensearch": ("es",),
    "sesv2": ("ses",),
    "sfn": ("states",),
    "vpc": ("ec2",),
}
# What AWS asks of another service than the type's own, when one is made of it.
OF_OTHERS: frozenset[str] = frozenset(
    {
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "iam:CreateServiceLinkedRole",
        "iam:PassRole",
        "lambda:InvokeFunction",
        "route53:AssociateVPCWithHostedZone",
        "secretsmanager:CreateSecret",
        "secretsmanager:TagResource",
        "tag:GetResources",
    }
)
_ALLOW_SERVICE = "if IAM calls the service so, add it to SERVICES in policies/known/calls.py: {!r}"
# What must bind those that hand on rights: for whom they may be handed on.
_BOUND_BY = {"iam:CreateServiceLinkedRole": "iam:AWSServiceName", "iam:PassRole": "iam:PassedToService"}


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


Calls = Annotated[list[Call], Field(min_length=1)]
# The phases that a type may say never to have.
_MayBeNever = Literal["update", "delete"]


class TypeCalls(StrictModel):
    """The calls for one type: by which input it is named, its ARN, and the calls of each phase.

    `plan` has what the program itself asks while it is run, for a preview already. A type that AWS can't change in
    place, or that goes with another, says so in `never`, by phase and with the reason. Texts have the placeholders
    name, region, account, environment, suffix, boundary, image and inputs.<property>; `<random>` is what AWS ends a
    secret's ARN with, `<id>` an id that AWS chooses.
    """

    named: str = "name"
    arn: str
    plan: list[Call] = Field(default_factory=list)
    read: Calls
    create: Calls
    update: list[Call] = Field(default_factory=list)
    delete: list[Call] = Field(default_factory=list)
    recover: list[Call] = Field(default_factory=list)
    never: dict[_MayBeNever, Reason] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_phase_is_said(self) -> TypeCalls:
        for phase in get_args(_MayBeNever):
            given = bool(getattr(self, phase))
            if given and phase in self.never:
                raise ValueError(f"has calls for {phase}, and says why there are none: leave one of them out")
            if not given and phase not in self.never:
                raise ValueError(
                    f"has no {phase}: say what AWS is asked for it, or why it never is: never: {{{phase}: <reason>}}"
                )
        return self

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
        return frozenset(names | {name.removeprefix(_OF_INPUTS) for name in found if name.startswith(_OF_INPUTS)})

    def problems(self, type_: str) -> Iterator[str]:
        """Yield what no resource of the type is asked: another service, or everything; and unknown placeholders."""
        module = type_.split(":")[1].partition("/")[0]
        own = SERVICES.get(module, (module,))
        arns = (self.arn, *(arn for _, call in self.calls() for arn in call.on))
        bound_to = (word for _, call in self.calls() for words in call.conditions.values() for word in words)
        for text in dict.fromkeys((*arns, *bound_to)):
            yield from _unknown_placeholders(text)
        for arn in arns:
            if arn != _NONE and not arn.startswith(("arn:", "${")):
                yield f"{arn!r} is no ARN; a type that has none says {_NONE!r}"
            elif arn.startswith("arn:") and not arn.split(":", 5)[-1].strip("*/"):
                by = "${name}, ${inputs.<property>} or <id>"
                yield f"{arn!r} is everything of the service; name the resource: {by}"
        if (of_arn := self.arn.split(":")[2:3]) and of_arn[0] not in own:
            yield f"arn {self.arn!r} is of another service than {' or '.join(own)}; {_ALLOW_SERVICE.format(module)}"
        for phase, call in self.calls():
            if _NONE in (call.on or [self.arn]) and call.everywhere is None:
                yield f"{phase}: {', '.join(call.actions)} are on no resource: name it (on), or say why (everywhere)"
            for action in call.actions:
                yield from (f"{phase}: {said}" for said in _of_action(action, call, own, module))


def _unknown_placeholders(text: str) -> Iterator[str]:
    known = f"known: {', '.join(_WORDS)}, inputs.<property>"
    for placeholder in PLACEHOLDER.findall(text):
        if placeholder not in _WORDS and not _OF_AN_INPUT.fullmatch(placeholder):
            yield f"{text!r} has the unknown placeholder {placeholder!r}; {known}"
    if "$" in PLACEHOLDER.sub("", text):
        yield f"{text!r} has a $ that begins no placeholder (${{name}}); {known}"
    if not text.strip():
        yield "an empty text names nothing; leave it out, or say what it is"


def _of_action(action: str, call: Call, own: tuple[str, ...], module: str) -> Iterator[str]:
    service = action.partition(":")[0]
    if service in own or (service == "kms" and call.by == "key"):
        return
    if action not in OF_OTHERS:
        yield (
            f"{action} is no action of {' or '.join(own)}; {_ALLOW_SERVICE.format(module)}, or, if AWS asks it beside, "
            f"add the action to OF_OTHERS"
        )
    elif (key := _BOUND_BY.get(action)) is not None and key not in call.conditions:
        yield f"{action} hands on rights; bind it: if: {{{key}: [<service>.amazonaws.com]}}"
