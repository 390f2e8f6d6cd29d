"""Rules on what surrounds a function: who calls it, and where its logs and failed events go."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import owns_log_group
from policies.view import Resource, StackView

_INVOCATIONS = ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl")


def _failure_path(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for function in stack.of(tokens.FUNCTION):
        configured = any(
            function.urn in item.depends_by("functionName") for item in stack.of(tokens.EVENT_INVOKE_CONFIG)
        )
        if function.peek("deadLetterConfig.targetArn") is None and not configured:
            yield function, "has neither deadLetterConfig nor a destination for failed events"


FAILURE_PATH = StackRule(
    id="lambda-failure-path",
    title="Events that a function fails on must go somewhere.",
    why="An asynchronous event that fails three times is dropped.",
    fix="Set dead_letter_config, or an on_failure destination.",
    types=(tokens.FUNCTION, tokens.EVENT_INVOKE_CONFIG),
    severity="low",
    default_level="advisory",
    judge=_failure_path,
)


def _not_public(resource: Resource, _context: Context) -> Iterator[str]:
    if resource.type == tokens.FUNCTION_URL:
        if resource.get("authorizationType") != "AWS_IAM":
            yield "authorizationType is not AWS_IAM; anybody could call the function"
        return
    action = resource.text("action")
    if action not in _INVOCATIONS:
        yield f"action is not {_INVOCATIONS[0]}"
    principal = resource.text("principal")
    if "*" in principal or not principal:
        yield f"principal is {principal!r}; name one"
    if principal.endswith(".amazonaws.com"):
        missing = [prop for prop in ("sourceArn", "sourceAccount") if resource.peek(prop) is None]
        if missing:
            yield f"{principal} isn't bound by {' and '.join(missing)}; it would call for other accounts too"


NOT_PUBLIC = ResourceRule(
    id="lambda-not-public",
    title="Only those that need it may call a function.",
    why="A service principal without its source calls for whoever asks it to.",
    fix="Set source_arn and source_account on the permission; use AWS_IAM on URLs.",
    types=(tokens.PERMISSION, tokens.FUNCTION_URL),
    severity="critical",
    judge=_not_public,
)


def _log_group(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for function in stack.of(tokens.FUNCTION):
        wanted = function.get("loggingConfig.logGroup") or f"/aws/lambda/{function.text('name')}"
        yield from owns_log_group(stack, function, wanted, "Lambda")


LOG_GROUP = StackRule(
    id="lambda-log-group",
    title="The stack must own every function's log group, and create it first.",
    why="Lambda makes the group by itself: unencrypted, kept for ever, and left behind.",
    fix="Make the log group before the function, and name it in logging_config.",
    types=(tokens.FUNCTION, tokens.LOG_GROUP),
    severity="high",
    judge=_log_group,
)


RULES = (FAILURE_PATH, NOT_PUBLIC, LOG_GROUP)
