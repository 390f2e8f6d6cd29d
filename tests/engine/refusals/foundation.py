"""What IAM, S3 and ECR refuse of the foundation: taken names, documents too long, principals that aren't there.

Not known here: whether a document's actions exist, lifecycle rules, replication, and whether a bucket has objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.iam import no_document, size
from tests.engine.refusals.rule import Asked, Rule, missing, quota, taken, used

BUCKETS = "the documentation of S3's bucket names and error codes"
_BUCKET_NAME = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)")
_REPOSITORY_NAME = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")
_OWN_ROLE = re.compile(r"arn:aws:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/*]+)")


def long_policy(asked: Asked) -> Iterator[str]:
    """Say that a managed policy is longer than it may be."""
    most = asked.account.quota("letters of a managed policy")
    if size(asked.new.get("policy")) > most:
        yield f"Cannot exceed quota for PolicySize: {most}"


def too_many_attached(asked: Asked) -> Iterator[str]:
    """Say that the role has as many policies as it may."""
    most = asked.account.quota("managed policies of a role")
    attached = [other for _, other in asked.account.all(asked.type) if other.get("role") == asked.new.get("role")]
    if len(attached) >= most:
        yield f"Cannot exceed quota for PoliciesPerRole: {most}"


def unknown_principal(asked: Asked) -> Iterator[str]:
    """Say that a trust policy names a provider, or a role of this account, that isn't there."""
    for principal in _principals(asked.new.get("assumeRolePolicy")):
        if ":oidc-provider/" in principal and not _exists(asked, tokens.IDENTITY_PROVIDER, principal):
            yield f'Invalid principal in policy: "Federated":"{principal}"'
        found = _OWN_ROLE.fullmatch(principal)
        own = found is not None and found["account"] == asked.account.cloud.account
        if own and not asked.account.has_role(principal):
            yield f'Invalid principal in policy: "AWS":"{principal}"'


def _principals(document: Any) -> Iterator[str]:
    try:
        statements = json.loads(str(document))["Statement"]
    except (ValueError, KeyError, TypeError):
        return
    for statement in statements:
        named = statement.get("Principal", {}) if isinstance(statement, dict) else {}
        for value in named.values() if isinstance(named, dict) else ():
            yield from map(str, value if isinstance(value, list) else [value])


def _exists(asked: Asked, type_: str, arn: str) -> bool:
    return any(arn == properties.get("arn") for _, properties in asked.account.all(type_))


def known_already(asked: Asked) -> Iterator[str]:
    """Say that the account knows the provider of identities already, whoever made it known."""
    for id_, other in asked.account.all(asked.type):
        if _host(other) == _host(asked.new):
            yield f"Provider with url {asked.new.get('url')} already exists ({id_})."


def _host(properties: Any) -> str:
    return str(properties.get("url")).removeprefix("https://")


def bucket_of_another(asked: Asked) -> Iterator[str]:
    """Say that somebody in another account has a bucket of the name."""
    if asked.new.get("bucket") in asked.account.contents.buckets_of_others:
        yield "The requested bucket name is not available. The bucket namespace is shared by all users of the system."


def no_bucket_name(asked: Asked) -> Iterator[str]:
    """Say that S3 takes no such name."""
    if not _BUCKET_NAME.fullmatch(str(asked.new.get("bucket"))):
        yield f"The specified bucket is not valid: {asked.new.get('bucket')}"


def no_repository_name(asked: Asked) -> Iterator[str]:
    """Say that ECR takes no such name."""
    name = str(asked.new.get("name"))
    if not _REPOSITORY_NAME.fullmatch(name):
        yield f"Invalid parameter at 'repositoryName' failed to satisfy constraint: {_REPOSITORY_NAME.pattern}: {name}"


def repository_taken(asked: Asked) -> Iterator[str]:
    """Say that the registry of the region has a repository of the name."""
    region = asked.new.get("region", asked.account.cloud.region)
    for _, other in asked.account.all(asked.type):
        if (other.get("name"), other.get("region", region)) == (asked.new.get("name"), region):
            yield f"The repository with name '{asked.new.get('name')}' already exists in the registry"


def _has_repository(account: Account, name: str) -> bool:
    return account.find(tokens.IMAGE_REPOSITORY, "name", name) is not None


def _has_policy(account: Account, arn: str) -> bool:
    ours = arn.startswith(f"arn:aws:iam::{account.cloud.account}:")
    return not ours or any(arn == each.get("arn") for _, each in account.all(tokens.POLICY))


def _has_bucket(account: Account, name: str) -> bool:
    return account.find(tokens.BUCKET, "bucket", name) is not None


_POLICY = partial(Rule, type=tokens.POLICY, service="IAM")
_ATTACHMENT = partial(Rule, type=tokens.MANAGED_POLICY_ATTACHMENT, service="IAM")
_ROLE = partial(Rule, type=tokens.ROLE, service="IAM")
_PROVIDER = partial(Rule, type=tokens.IDENTITY_PROVIDER, service="IAM")
_BUCKET = partial(Rule, type=tokens.BUCKET, service="S3")
_REPOSITORY = partial(Rule, type=tokens.IMAGE_REPOSITORY, service="ECR")
_MAKE_POLICY = {"create": "CreatePolicy"}
_WRITE_POLICY = _MAKE_POLICY | {"update": "CreatePolicyVersion"}
_ATTACH = {"create": "AttachRolePolicy"}
_MAKE_PROVIDER = {"create": "CreateOpenIDConnectProvider"}
_MAKE_BUCKET, _MAKE_REPOSITORY = {"create": "CreateBucket"}, {"create": "CreateRepository"}

RULES: tuple[Rule, ...] = (
    _POLICY(operations=_MAKE_POLICY, code="EntityAlreadyExists", judge=taken("name")),
    _POLICY(operations=_MAKE_POLICY, code="LimitExceeded", judge=quota("managed policies")),
    _POLICY(operations=_WRITE_POLICY, code="MalformedPolicyDocument", judge=no_document("policy")),
    _POLICY(operations=_WRITE_POLICY, code="LimitExceeded", judge=long_policy),
    _POLICY(
        operations={"delete": "DeletePolicy"},
        code="DeleteConflict",
        judge=used(tokens.MANAGED_POLICY_ATTACHMENT, "policyArn"),
    ),
    _POLICY(
        operations={"delete": "DeletePolicy"}, code="DeleteConflict", judge=used(tokens.ROLE, "permissionsBoundary")
    ),
    _ATTACHMENT(operations=_ATTACH, code="NoSuchEntity", judge=missing("role", Account.has_role)),
    _ATTACHMENT(operations=_ATTACH, code="NoSuchEntity", judge=missing("policyArn", _has_policy)),
    _ATTACHMENT(operations=_ATTACH, code="LimitExceeded", judge=too_many_attached),
    _ROLE(
        operations={"create": "CreateRole", "update": "UpdateAssumeRolePolicy"},
        code="MalformedPolicyDocument",
        judge=unknown_principal,
    ),
    _ROLE(
        operations={"delete": "DeleteRole"},
        code="DeleteConflict",
        judge=used(tokens.MANAGED_POLICY_ATTACHMENT, "role"),
    ),
    _PROVIDER(operations=_MAKE_PROVIDER, code="EntityAlreadyExists", judge=known_already),
    _PROVIDER(operations=_MAKE_PROVIDER, code="LimitExceeded", judge=quota("identity providers")),
    _BUCKET(operations=_MAKE_BUCKET, code="BucketAlreadyExists", judge=bucket_of_another),
    _BUCKET(operations=_MAKE_BUCKET, code="BucketAlreadyOwnedByYou", judge=taken("bucket")),
    _BUCKET(operations=_MAKE_BUCKET, code="InvalidBucketName", judge=no_bucket_name, source=BUCKETS),
    Rule(
        type=tokens.BUCKET_POLICY,
        service="S3",
        operations={"create": "PutBucketPolicy"},
        code="NoSuchBucket",
        judge=missing("bucket", _has_bucket),
        source=BUCKETS,
    ),
    _REPOSITORY(operations=_MAKE_REPOSITORY, code="RepositoryAlreadyExistsException", judge=repository_taken),
    _REPOSITORY(operations=_MAKE_REPOSITORY, code="InvalidParameterException", judge=no_repository_name),
    Rule(
        type=tokens.IMAGE_POLICY,
        service="ECR",
        operations={"create": "SetRepositoryPolicy"},
        code="RepositoryNotFoundException",
        judge=missing("repository", _has_repository),
    ),
)
