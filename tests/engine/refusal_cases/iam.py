"""Roles and their policies."""

import json

from policies import tokens
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, gone, in_use, made, too_small

_LONG = json.dumps({"Statement": ["long" * 30]})
_INLINE = "bytes of a role's inline policies"
_TRUST = "bytes of a role's trust policy"

CASES = [
    Case("UpdateAssumeRolePolicy", "NoSuchEntity", "a-role", gone(tokens.ROLE)),
    Case("CreateRole", "EntityAlreadyExists", "a-role", again(tokens.ROLE)),
    Case("CreateRole", "LimitExceeded", "0 roles", full(tokens.ROLE, "roles")),
    Case("CreateRole", "MalformedPolicyDocument", "assumeRolePolicy", made(tokens.ROLE, assumeRolePolicy="{}")),
    Case("UpdateAssumeRolePolicy", "MalformedPolicyDocument", "assume", changed(tokens.ROLE, assumeRolePolicy="x")),
    Case("CreateRole", "LimitExceeded", "ACLSizePerRole", too_small(tokens.ROLE, _TRUST, 9)),
    Case("UpdateAssumeRolePolicy", "LimitExceeded", "ACLSizePerRole", too_small(tokens.ROLE, _TRUST, 9, changed)),
    Case("DeleteRole", "DeleteConflict", "role of a-role:a-policy", in_use(tokens.ROLE, tokens.ROLE_POLICY)),
    Case("PutRolePolicy", "NoSuchEntity", NOWHERE, made(tokens.ROLE_POLICY, role=NOWHERE)),
    Case("PutRolePolicy", "NoSuchEntity", NOWHERE, changed(tokens.ROLE_POLICY, role=NOWHERE)),
    Case("PutRolePolicy", "MalformedPolicyDocument", "policy", made(tokens.ROLE_POLICY, policy="[]")),
    Case("PutRolePolicy", "MalformedPolicyDocument", "policy", changed(tokens.ROLE_POLICY, policy="{")),
    Case(
        "PutRolePolicy",
        "LimitExceeded",
        "role a-role",
        too_small(tokens.ROLE_POLICY, _INLINE, 99, again, name="two", policy=_LONG),
    ),
    Case(
        "PutRolePolicy",
        "LimitExceeded",
        "role a-role",
        too_small(tokens.ROLE_POLICY, _INLINE, 99, changed, policy=_LONG),
    ),
]
