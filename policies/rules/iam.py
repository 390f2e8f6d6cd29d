"""Rules on roles: least privilege, in documents of the role's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial

from policies import tokens
from policies.context import Context
from policies.iam import DocumentError, Statement, describe, matches_action, statements
from policies.known.judging import is_trusted
from policies.known.tables import is_unscoped
from policies.known.texts import Place
from policies.known.worlds import FOUNDATION
from policies.rule import ResourceRule, Said, StackRule, said_of_each
from policies.rules.shapes import shown
from policies.view import Resource, StackView

_IDENTITY_POLICIES = (tokens.ROLE_POLICY, tokens.POLICY)
# What lets a principal give itself or others more than it has (Rhino Security's list, and AWS's own).
_ESCALATION = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "lambda:AddPermission",
    "lambda:UpdateFunctionCode",
    "sts:AssumeRole",
)
# Services that send aws:SourceAccount when they assume a role.
_BINDING_SERVICES = frozenset({"Service:monitoring.rds.amazonaws.com", "Service:vpc-flow-logs.amazonaws.com"})
_KEY_USE = ("kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKey", "kms:CreateGrant")
ARN_PARTS = 6
_ACCOUNT = re.compile(r"AWS:(arn:aws[\w-]*:iam::)?\d{12}(:root)?$")


def _granting(resource: Resource) -> Iterator[Statement]:
    """Yield the statements that allow something."""
    return (statement for statement in statements(resource.get("policy")) if statement.allows)


def _readable(resource: Resource, _context: Context) -> Iterator[str]:
    for prop in ("policy", "assumeRolePolicy"):
        if resource.peek(prop) is None:
            continue
        try:
            statements(resource.get(prop))
        except DocumentError as error:
            yield f"{prop} {error}"


READABLE = ResourceRule(
    id="iam-readable",
    title="Every policy document must be readable.",
    why="What can't be read can't be judged.",
    fix="Build documents with program/project/iam.py.",
    types=(
        *_IDENTITY_POLICIES,
        tokens.BUCKET_POLICY,
        tokens.IMAGE_POLICY,
        tokens.ROLE,
        tokens.SECRET_POLICY,
        tokens.TOPIC_POLICY,
        tokens.VPC_ENDPOINT,
    ),
    severity="high",
    judge=_readable,
)


def _no_admin(resource: Resource, _context: Context) -> Iterator[str]:
    for statement in _safely(resource):
        everything = bool(statement.not_actions) or "*" in statement.actions or "*:*" in statement.actions
        if everything and statement.on_everything:
            yield f"policy: {describe(statement)} allows everything on everything"


def _is_known_by_grant(resource: Resource, context: Context) -> bool:
    """Tell whether each grant is known as it is, which says more than any rule: so it is with the workflows' roles."""
    known = context.known.document(resource.type, resource.name, "policy")
    return context.world == FOUNDATION and known is not None


def _safely(resource: Resource) -> Iterator[Statement]:
    try:
        yield from _granting(resource)
    except DocumentError:
        return  # iam-readable says so


NO_ADMIN = ResourceRule(
    id="iam-no-admin",
    title="No role may do everything.",
    why="A function with an administrator's role turns a bug in it into the loss of the account.",
    fix="Name the actions and the resources that the role needs.",
    types=_IDENTITY_POLICIES,
    severity="critical",
    judge=_no_admin,
)


def _no_wildcards(resource: Resource, context: Context) -> Iterator[str]:
    if _is_known_by_grant(resource, context):
        return
    for statement in _safely(resource):
        if statement.not_actions:
            yield f"policy: {describe(statement)} uses NotAction; name the actions"
        if statement.not_resources:
            yield f"policy: {describe(statement)} uses NotResource; name the resources"
        for action in statement.actions:
            if "*" in action or "?" in action:
                yield f"policy: {describe(statement)} allows {action}; name the actions"
        if not statement.on_everything:
            yield from _wide_resources(statement)
        elif scoped := sorted(
            action for action in set(statement.actions) if not _may_be_everywhere(resource, action, context)
        ):
            yield f"policy: {describe(statement)} allows {', '.join(scoped)} on every resource; name the resources"


def _may_be_everywhere(resource: Resource, action: str, context: Context) -> bool:
    """Tell whether the action knows no resources, or is known to be needed on all of them."""
    document = context.known.document(resource.type, resource.name, "policy")
    everywhere = [item for item in document.allows if item.everywhere] if document is not None else []
    return is_unscoped(action) or any(
        matches_action(action, name.lower()) for item in everywhere for name in item.actions
    )


def _wide_resources(statement: Statement) -> Iterator[str]:
    for found in statement.resources:
        parts = found.split(":", 5)
        if len(parts) == ARN_PARTS and (
            "*" in parts[2] or parts[5].strip("*/") == "" or ("*" in parts[4] and parts[4])
        ):
            yield f"policy: {describe(statement)} is about {found}; name the resource"


NO_WILDCARDS = ResourceRule(
    id="iam-no-wildcards",
    title="Roles must name their actions and their resources.",
    why="A wildcard grants what nobody has thought of, today and whenever AWS adds an action.",
    fix='Write each action out, and the ARN of each resource; "*" only for actions that know no resources.',
    types=_IDENTITY_POLICIES,
    severity="high",
    judge=_no_wildcards,
)


def _kms_scoped(resource: Resource, context: Context) -> Iterator[str]:
    if _is_known_by_grant(resource, context):
        return
    for statement in _safely(resource):
        granted = [action for action in _KEY_USE if statement.grants(action)]
        wide = statement.on_everything or any(":key/*" in found or ":alias/" in found for found in statement.resources)
        if granted and wide:
            yield f"policy: {describe(statement)} allows {', '.join(granted)} on all keys; name the key"


KMS_SCOPED = ResourceRule(
    id="iam-kms-scoped",
    title="Roles must use named keys only.",
    why="kms:Decrypt on all keys reads everything that any key of the account protects.",
    fix="Give the key's ARN as the resource.",
    types=_IDENTITY_POLICIES,
    severity="high",
    judge=_kms_scoped,
)


def _no_escalation(resource: Resource, context: Context) -> Iterator[str]:
    if _is_known_by_grant(resource, context):
        return
    for statement in _safely(resource):
        granted = [action for action in _ESCALATION if statement.grants(action)]
        if granted:
            yield f"policy: {describe(statement)} allows {', '.join(granted)}, with which a role can raise itself"


NO_ESCALATION = ResourceRule(
    id="iam-no-escalation",
    title="No role may be able to give itself more rights.",
    why="A right to change rights is every right.",
    fix="Remove the action; deployments have roles of their own.",
    types=_IDENTITY_POLICIES,
    severity="critical",
    judge=_no_escalation,
)


# All that any role here may ever do to identities: to roles, policies and GitHub's provider, and to nobody's user.
_ON_IDENTITIES = frozenset(
    action.lower()
    for action in (
        "iam:AddClientIDToOpenIDConnectProvider",
        "iam:AttachRolePolicy",
        "iam:CreateOpenIDConnectProvider",
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:CreateRole",
        "iam:CreateServiceLinkedRole",
        "iam:DeleteOpenIDConnectProvider",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:GetOpenIDConnectProvider",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListPolicyVersions",
        "iam:ListRolePolicies",
        "iam:PassRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:RemoveClientIDFromOpenIDConnectProvider",
        "iam:TagOpenIDConnectProvider",
        "iam:TagPolicy",
        "iam:TagRole",
        "iam:UntagOpenIDConnectProvider",
        "iam:UntagPolicy",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateOpenIDConnectProviderThumbprint",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
    )
)
# The services whose every other action is refused: whoever has them is whoever they like.
_IDENTITY_SERVICES = ("account", "iam", "identitystore", "organizations", "sso", "sso-directory", "sts")


def _identities(resource: Resource, _context: Context) -> Iterator[str]:
    for statement in _safely(resource):
        others = [action for action in statement.actions if _is_of_identities(action) and action not in _ON_IDENTITIES]
        if others:
            yield (
                f"policy: {describe(statement)} allows {', '.join(sorted(others))}; what a role may do to identities "
                f"stands in policies/rules/iam.py"
            )


@cache
def _is_of_identities(action: str) -> bool:
    """Tell whether the action, or one that its wildcards take in, is on identities."""
    service = action.partition(":")[0]
    return any(matches_action(each, service) for each in _IDENTITY_SERVICES)


IDENTITIES = ResourceRule(
    id="iam-identities",
    title="No role may make users, keys or other identities than roles.",
    why="A user or a key of one stays when the role is gone, and is bound by no boundary.",
    fix="Remove the action from the policy, or from the calls of the type that it is derived from.",
    types=_IDENTITY_POLICIES,
    severity="critical",
    judge=_identities,
)


def _trust_scoped(resource: Resource, _context: Context) -> Iterator[str]:
    if resource.peek("assumeRolePolicy") is None:
        yield "assumeRolePolicy is not set; say who assumes the role"
        return
    try:
        found = statements(resource.get("assumeRolePolicy"))
    except DocumentError:
        return  # iam-readable says so
    if not any(statement.allows for statement in found):
        yield "assumeRolePolicy lets nobody assume the role"
    for statement in found:
        if statement.allows and statement.for_everyone:
            yield f"assumeRolePolicy: {describe(statement)} lets anybody assume the role"
        for principal in statement.principals:
            if statement.allows and _ACCOUNT.match(principal):
                yield f"assumeRolePolicy: {describe(statement)} lets a whole account assume the role"
            unbound = principal in _BINDING_SERVICES and not statement.condition("aws:SourceAccount")
            if statement.allows and unbound:
                yield f"assumeRolePolicy: {describe(statement)} doesn't bind {principal} by aws:SourceAccount"


TRUST_SCOPED = ResourceRule(
    id="iam-trust-scoped",
    title="A role must trust only the service that uses it.",
    why="Whoever may assume the role has all of its rights.",
    fix="Trust one service principal, bound by aws:SourceAccount where the service sends it.",
    types=(tokens.ROLE,),
    severity="critical",
    judge=_trust_scoped,
)


_BOUNDARY = "arn:aws:iam::${account}:policy/${boundary}"


def _boundary(stack: StackView, context: Context) -> Said:
    return said_of_each(stack.of(tokens.ROLE), partial(_unbounded, Place(stack, context)))


def _unbounded(place: Place, resource: Resource) -> Iterator[str]:
    if resource.peek("permissionsBoundary") is None:
        yield "permissionsBoundary is not set; whoever may write the role's policies gives it any right"
        return
    if place.context.world == FOUNDATION:
        return  # the boundaries are its own; own-values says which is whose
    found = resource.text("permissionsBoundary")
    if not place.matches(found, _BOUNDARY, resource.depends_by("permissionsBoundary")) and not is_trusted(
        found, place.context
    ):
        yield f"permissionsBoundary is {shown(found)}; it must be the stack's own, which the foundation makes"


BOUNDARY = StackRule(
    id="iam-boundary",
    title="Every role must have the stack's permissions boundary.",
    why="Who deploys writes the policies of the roles that it makes; only the boundary says what these may never do.",
    fix="Give the role foundation.boundary; a boundary of your own stands under trusted of the environment.",
    types=(tokens.ROLE,),
    severity="critical",
    judge=_boundary,
)


def _no_managed(resource: Resource, context: Context) -> Iterator[str]:
    # The workflows' roles have policies that are too long for an inline one; these are the foundation's own.
    if resource.type == tokens.MANAGED_POLICY_ATTACHMENT and context.world != FOUNDATION:
        yield "a managed policy is attached; write the statements that the role needs into its own policy"
    if resource.items("managedPolicyArns"):
        yield "managedPolicyArns is set; write the statements that the role needs into its own policy"
    if resource.items("inlinePolicies"):
        yield "inlinePolicies is set, which fights with aws.iam.RolePolicy and is deprecated"


NO_MANAGED = ResourceRule(
    id="iam-no-managed-policies",
    title="Roles must have policies of their own.",
    why="AWS changes its managed policies without asking, and they grant far more than one function needs.",
    fix="Use aws.iam.RolePolicy with the statements that the role needs.",
    types=(tokens.ROLE, tokens.MANAGED_POLICY_ATTACHMENT),
    severity="high",
    judge=_no_managed,
)


_POLICY_OF_A_ROLE = re.compile(r"(.+)-policy-\d+")
_ATTACHMENT = "-attachment"


def _attached(stack: StackView, context: Context) -> Said:
    if context.world == FOUNDATION:
        yield from said_of_each(stack.of(tokens.MANAGED_POLICY_ATTACHMENT), partial(_attaches, stack))


def _attaches(stack: StackView, attachment: Resource) -> Iterator[str]:
    policy = attachment.name.removesuffix(_ATTACHMENT)
    owner = _POLICY_OF_A_ROLE.fullmatch(policy)
    role = f"{owner[1]}-role" if owner is not None else ""
    for prop, type_, name in (("policyArn", tokens.POLICY, policy), ("role", tokens.ROLE, role)):
        found = [item.name for item in stack.by_urn(attachment.depends_by(prop), type_)]
        if found != [name]:
            yield f"{prop} is of {', '.join(found) or 'nothing here'}; by its name it must be of {name or 'no role'}"


ATTACHED = StackRule(
    id="iam-attached-own",
    title="A policy must be attached to the role that it is made for.",
    why="Each document is known for one role; attached to another, it gives that role the first one's rights.",
    fix="Attach it in program/foundation/components/rights.py, under the role's own name.",
    types=(tokens.MANAGED_POLICY_ATTACHMENT,),
    severity="critical",
    judge=_attached,
)


def _inline(_resource: Resource, _context: Context) -> Iterator[str]:
    yield "is an inline policy; some frameworks ask for a customer-managed one"


INLINE = ResourceRule(
    id="iam-inline-policies",
    title="Policies must be resources that several roles can share.",
    why="A customer-managed policy has versions, and is reviewed once for all that use it.",
    fix="Use aws.iam.Policy and attach it.",
    types=(tokens.ROLE_POLICY,),
    severity="low",
    default_level="advisory",
    judge=_inline,
)

RULES = (
    READABLE,
    NO_ADMIN,
    NO_WILDCARDS,
    KMS_SCOPED,
    NO_ESCALATION,
    IDENTITIES,
    TRUST_SCOPED,
    BOUNDARY,
    NO_MANAGED,
    ATTACHED,
    INLINE,
)
