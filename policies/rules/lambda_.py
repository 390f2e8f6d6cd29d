"""Rules on functions: in the VPC, pinned, of the size that the environment allows, called by the right ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import is_one_of, own_key, shown
from policies.view import UNKNOWN, Resource, StackView, Undecided

DEFAULT_MEMORY = 128
_DIGEST = re.compile(r"^[^@\s]+/[^@\s]+@sha256:[0-9a-f]{64}$")
_SECRET_NAME = re.compile(r"PASSWORD|PASSWD|PRIVATE_?KEY|API_?KEY|TOKEN|CREDENTIAL", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----")
_VARIABLES = ("environment", "variables")


def _is_image(resource: Resource) -> bool:
    return resource.text("packageType", "Zip") == "Image"


def _memory(resource: Resource, context: Context) -> Iterator[str]:
    found = resource.get("memorySize", DEFAULT_MEMORY)
    if _is_image(resource) and not is_one_of(found, context.limits.lambda_memory):
        allowed = ", ".join(str(value) for value in context.limits.lambda_memory)
        yield f"memorySize is {shown(found)}; {context.environment} allows {allowed}"


MEMORY = ResourceRule(
    id="lambda-memory",
    title="The app must have a memory size that its environment allows.",
    why="Size is the one thing that may differ, and only as declared.",
    fix="Set lambdaMemory, or change the limits of the environment.",
    types=(tokens.FUNCTION,),
    limits=("lambda_memory",),
    judge=_memory,
)


def _concurrency(resource: Resource, context: Context) -> Iterator[str]:
    found = resource.get("reservedConcurrentExecutions", -1)
    common = context.common
    by_cpu = [common.reserved_concurrency[cpu] for cpu in context.limits.lambda_cpu]
    allowed = by_cpu if _is_image(resource) else common.rotation_concurrency
    if found not in allowed:
        words = ", ".join(str(value) for value in allowed)
        yield f"reservedConcurrentExecutions is {shown(found)}; {context.environment} allows {words}"


CONCURRENCY = ResourceRule(
    id="lambda-concurrency",
    title="Every function must reserve its concurrency; the app's must follow from its vCPU.",
    why="It bounds the database's connections, and keeps functions from starving each other.",
    fix="Set lambdaCpu, or change the limits of the environment.",
    types=(tokens.FUNCTION,),
    limits=("lambda_cpu", "reserved_concurrency", "rotation_concurrency"),
    judge=_concurrency,
)


def _cpu(stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    found = context.stack.get("lambdaCpu")
    if found is not None and found not in context.limits.lambda_cpu and any(stack.of(tokens.FUNCTION)):
        key, allowed = context.stack.key("lambdaCpu"), ", ".join(context.limits.lambda_cpu)
        yield None, f"{key} is {found}; {context.environment} allows {allowed}"


CPU = StackRule(
    id="lambda-cpu",
    title="The app must have a vCPU count that its environment allows.",
    why="Size is the one thing that may differ, and only as declared.",
    fix="Set lambdaCpu, or change the limits of the environment.",
    types=(tokens.FUNCTION,),
    limits=("lambda_cpu",),
    judge=_cpu,
)


def _vpc(resource: Resource, _context: Context) -> Iterator[str]:
    subnets, groups = resource.items("vpcConfig.subnetIds"), resource.items("vpcConfig.securityGroupIds")
    if len(subnets) < 2:  # noqa: PLR2004  # one zone is none
        yield f"vpcConfig.subnetIds has {len(subnets)} subnets; it needs two or more, in different zones"
    if not groups:
        yield "vpcConfig.securityGroupIds is empty; the function needs a security group of its own"


VPC = ResourceRule(
    id="lambda-vpc",
    title="Functions must run in the VPC, in several zones.",
    why="A function outside reaches the database only if the database is outside too.",
    fix="Set vpc_config with the private subnets and the function's own security group.",
    types=(tokens.FUNCTION,),
    severity="high",
    judge=_vpc,
)


def _image_pinned(resource: Resource, _context: Context) -> Iterator[str]:
    if _is_image(resource) and not _DIGEST.match(resource.text("imageUri")):
        yield "imageUri has no digest; write registry/repository@sha256:<64 hex digits>"


IMAGE_PINNED = ResourceRule(
    id="lambda-image-pinned",
    title="The image must be pinned by its digest.",
    why="A tag is whatever was pushed last: two environments with one tag may run two programs.",
    fix="Set dockerImageUri to the image with its digest.",
    types=(tokens.FUNCTION,),
    severity="critical",
    judge=_image_pinned,
)


def _tracing(resource: Resource, _context: Context) -> Iterator[str]:
    found = resource.get("tracingConfig.mode", "PassThrough")
    if found != "Active":
        yield f"tracingConfig.mode is {shown(found)}; it must be Active"


TRACING = ResourceRule(
    id="lambda-tracing",
    title="Functions must be traced.",
    why="Where a slow call spends its time is seen in its trace alone.",
    fix='Set tracing_config with mode "Active".',
    types=(tokens.FUNCTION,),
    severity="low",
    judge=_tracing,
)


def _known_variables(resource: Resource, context: Context) -> list[str]:
    """Return the variables that the function is known to have, the same in every environment."""
    rows = context.known.rows(resource.type, resource.name)
    return sorted({row.path[2] for row in rows if row.path[:2] == _VARIABLES})


def _environment(resource: Resource, context: Context) -> Iterator[str]:
    wanted = _known_variables(resource, context)
    if not resource.inputs.get("environment"):
        if _is_image(resource):
            yield f"environment is empty; it must have {', '.join(wanted)}"
        return
    variables = resource.peek("environment.variables")
    if variables is UNKNOWN:
        raise Undecided("environment.variables", resource.urn)
    names = sorted(variables) if isinstance(variables, dict) else []
    for name in names:
        if _SECRET_NAME.search(name) and not name.endswith("_ARN"):
            yield f"variable {name} looks like a secret; pass the ARN of a secret"
        if isinstance(variables[name], str) and _SECRET_VALUE.search(variables[name]):
            yield f"variable {name} holds a key; pass the ARN of a secret"
    if _is_image(resource) and names != wanted:
        yield f"the variables are {', '.join(names)}; they must be {', '.join(wanted)} everywhere"
    if _is_image(resource) and resource.get("environment.variables.ENVIRONMENT_NAME") != context.environment:
        yield f"variable ENVIRONMENT_NAME is not {context.environment}"


ENVIRONMENT = ResourceRule(
    id="lambda-environment",
    title="Functions must have the same variables everywhere, and no secret among them.",
    why="Variables are shown to whoever may describe the function, and a missing one is found in production.",
    fix="Pass the variables that policies/known/service/lambda.yaml names, in every environment; pass secrets by ARN.",
    types=(tokens.FUNCTION,),
    severity="high",
    judge=_environment,
)

ENVIRONMENT_KEY = StackRule(
    id="lambda-environment-own-key",
    title="Functions' variables must be encrypted with the stack's own key.",
    why="AWS's default key can't be closed, and is shared by all functions of the account.",
    fix="Set kms_key_arn to the stack's key.",
    types=(tokens.FUNCTION,),
    judge=own_key(tokens.FUNCTION, "kmsKeyArn"),
)


RULES = (MEMORY, CPU, CONCURRENCY, VPC, IMAGE_PINNED, TRACING, ENVIRONMENT, ENVIRONMENT_KEY)
