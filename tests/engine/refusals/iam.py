"""What IAM refuses: taken names, roles that still have policies, documents that are none, more than fits.

Not known here: whether a document's actions exist, permissions boundaries, and that a role
which was just made is not seen everywhere at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Judge, Rule, gone, missing, quota, taken, used

_SPACE = re.compile(r"\s")


def no_document(key: str) -> Judge:
    """Return the judge of a policy document that is no JSON object with statements."""

    def judge(asked: Asked) -> Iterator[str]:
        try:
            document = json.loads(str(asked.new.get(key)))
        except ValueError:
            document = None
        if not isinstance(document, dict) or not document.get("Statement"):
            yield f"{key} is no policy document"

    return judge


def long_trust_policy(asked: Asked) -> Iterator[str]:
    """Say that the trust policy is longer than it may be."""
    most = asked.account.quota("bytes of a role's trust policy")
    if size(asked.new.get("assumeRolePolicy")) > most:
        yield f"cannot exceed quota for ACLSizePerRole: {most}"


def long_inline_policies(asked: Asked) -> Iterator[str]:
    """Say that the policies of the role are longer together than they may be."""
    most = asked.account.quota("bytes of a role's inline policies")
    others = [
        policy["policy"]
        for id_, policy in asked.account.all(asked.type)
        if policy.get("role") == asked.new.get("role") and policy.get("name") != asked.new.get("name")
    ]
    if sum(map(size, [asked.new.get("policy"), *others])) > most:
        yield f"maximum policy size of {most} bytes exceeded for role {asked.new.get('role')}"


def size(document: Any) -> int:
    """Return the length that IAM counts: without white space."""
    return len(_SPACE.sub("", str(document)))


_ROLE = partial(Rule, type=tokens.ROLE, service="IAM")
_POLICY = partial(Rule, type=tokens.ROLE_POLICY, service="IAM")
_MAKE, _TRUST = {"create": "CreateRole"}, {"update": "UpdateAssumeRolePolicy"}
_PUT = {"create": "PutRolePolicy", "update": "PutRolePolicy"}

RULES: tuple[Rule, ...] = (
    _ROLE(operations=_TRUST, code="NoSuchEntity", judge=gone),
    _ROLE(operations=_MAKE, code="EntityAlreadyExists", judge=taken("name")),
    _ROLE(operations=_MAKE, code="LimitExceeded", judge=quota("roles")),
    _ROLE(operations=_MAKE | _TRUST, code="MalformedPolicyDocument", judge=no_document("assumeRolePolicy")),
    _ROLE(operations=_MAKE | _TRUST, code="LimitExceeded", judge=long_trust_policy),
    _ROLE(operations={"delete": "DeleteRole"}, code="DeleteConflict", judge=used(tokens.ROLE_POLICY, "role")),
    _POLICY(operations=_PUT, code="NoSuchEntity", judge=missing("role", Account.has_role)),
    _POLICY(operations=_PUT, code="MalformedPolicyDocument", judge=no_document("policy")),
    _POLICY(operations=_PUT, code="LimitExceeded", judge=long_inline_policies),
)
