"""Decides a request as IAM does within one account: identity policies, boundary, resource policy, conditions."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Principal:
    """Who asks: a role with its policies and its boundary, or a service of AWS."""

    arn: str
    policies: tuple[str, ...] = ()
    boundary: str | None = None
    is_service: bool = False


@dataclass(frozen=True)
class Request:
    """One action on one resource; `context` are the condition keys that AWS fills in, each with one or more values."""

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def allows(principal: Principal, request: Request, resource_policy: str | None = None) -> bool:
    """Tell whether the request is allowed.

    A key is used by nobody's own policy alone: the key's has to let the account's policies decide.
    """
    documents = [*principal.policies, *filter(None, [principal.boundary, resource_policy])]
    account = principal.arn.split(":")[4] if principal.arn.startswith("arn:") else ""
    context = {
        "aws:PrincipalArn": principal.arn,
        "aws:PrincipalAccount": account,
        "aws:PrincipalIsAWSService": str(principal.is_service).lower(),
        "aws:SecureTransport": "true",
        "kms:CallerAccount": account,
        **request.context,
    }
    if any(_says(document, "Deny", principal, request, context) for document in documents):
        return False
    in_bounds = principal.boundary is None or _says(principal.boundary, "Allow", principal, request, context)
    named = resource_policy is not None and _says(resource_policy, "Allow", principal, request, context, named=True)
    by_role = any(_says(document, "Allow", principal, request, context) for document in principal.policies)
    delegates = not re.match(r"arn:aws:kms:[^:]*:\d+:key/", request.resource) or (
        resource_policy is not None and _says(resource_policy, "Allow", principal, request, context)
    )
    return in_bounds and (named or (by_role and delegates))


def assumes(trust: str, claims: Mapping[str, str]) -> bool:
    """Tell whether a token of GitHub with the claims may take on the role with that trust policy."""
    issuer = "token.actions.githubusercontent.com"
    request = Request("sts:AssumeRoleWithWebIdentity", "", {f"{issuer}:{key}": value for key, value in claims.items()})
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
        and _matches_action(request.action, statement)
        and holds(statement.get("Condition", {}), request.context)
        for statement in _statements(trust)
    )


def _says(
    document: str,
    effect: str,
    principal: Principal,
    request: Request,
    context: Mapping[str, str | tuple[str, ...]],
    *,
    named: bool = False,
) -> bool:
    """Tell whether a statement of the document says it; `named`: to this very principal, not to its whole account."""
    return any(
        statement["Effect"] == effect
        and _is_for(statement, principal, named=named)
        and _matches_action(request.action, statement)
        and _matches_resource(request.resource, statement)
        and holds(statement.get("Condition", {}), context)
        for statement in _statements(document)
    )


@cache
def _statements(document: str) -> tuple[Mapping[str, Any], ...]:
    found = json.loads(document)["Statement"]
    for statement in found:
        unknown = set(statement) - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
        assert not unknown, f"the authorizer doesn't know {unknown}; teach it"
    return tuple(found)


def _is_for(statement: Mapping[str, Any], principal: Principal, *, named: bool) -> bool:
    principals = statement.get("Principal")
    if principals is None:
        return True  # an identity policy is about whoever has it
    if principals == "*":
        return True
    if principal.is_service:
        return principal.arn in as_list(principals.get("Service", []))
    accounts = as_list(principals.get("AWS", []))
    root = f"arn:aws:iam::{principal.arn.split(':')[4]}:root"
    return principal.arn in accounts or (not named and root in accounts)


def _matches_action(action: str, statement: Mapping[str, Any]) -> bool:
    return any(like(action.lower(), pattern.lower()) for pattern in as_list(statement["Action"]))


def _matches_resource(resource: str, statement: Mapping[str, Any]) -> bool:
    return any(like(resource, pattern) for pattern in as_list(statement.get("Resource", "*")))


def holds(conditions: Mapping[str, Any], context: Mapping[str, str | tuple[str, ...]]) -> bool:
    """Tell whether all conditions hold for what the request says of itself."""
    return all(_holds(operator, keys, context) for operator, keys in conditions.items())


def _holds(operator: str, keys: Mapping[str, Any], context: Mapping[str, str | tuple[str, ...]]) -> bool:
    lowered = {key.lower(): value for key, value in context.items()}
    return all(_one_holds(operator, as_list(wanted), lowered.get(key.lower())) for key, wanted in keys.items())


def _one_holds(operator: str, wanted: list[Any], found: str | tuple[str, ...] | None) -> bool:
    wanted = [str(value).lower() if isinstance(value, bool) else value for value in wanted]
    if operator == "Null":
        return (found is None) is (wanted == ["true"])
    quantifier, _, name = operator.rpartition(":")
    optional = name.endswith("IfExists")
    compare, negated = _OPERATORS[name.removesuffix("IfExists")]
    if found is None:
        return optional or negated or quantifier == "ForAllValues"
    values = found if isinstance(found, tuple) else (found,)
    results = [any(compare(value, pattern) for pattern in wanted) is not negated for value in values]
    return any(results) if quantifier == "ForAnyValue" else all(results)


def like(text: str, pattern: str) -> bool:
    """Tell whether the text is one that IAM's pattern means: `*` is any characters, `?` is one."""
    return _pattern(pattern).fullmatch(text) is not None


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in pattern), re.DOTALL)


def _arn_like(text: str, pattern: str) -> bool:
    return all(map(like, text.split(":", 5), pattern.split(":", 5)))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _same(text: str, wanted: str) -> bool:
    return text == wanted


_OPERATORS = {
    "StringEquals": (_same, False),
    "StringNotEquals": (_same, True),
    "StringLike": (like, False),
    "StringNotLike": (like, True),
    "ArnEquals": (_arn_like, False),
    "ArnLike": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnNotLike": (_arn_like, True),
    "Bool": (_same, False),
}
