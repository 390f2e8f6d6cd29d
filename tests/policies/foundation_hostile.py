# ruff: noqa: E501  # one change a line
"""Changes of what the foundation records, careless, hostile or harmless: each with its kind and what it deserves."""

import json

from tests.policies.hostile import FINE, MUST, Hostile, asked, copied, given, grant, key, swapped, without
from tests.policies.world import Change, add, allow, cut, document, drop, every, option, provider, put, remove

OTHER = "111111111111"
ROLE, POLICY, TRUST = "service-deploy-dev-role", "service-deploy-dev-policy-1", "assumeRolePolicy"
PROD_ROLE, BOUNDARY = "service-deploy-prod-role", "service-workflows-boundary"
PROD, RULESET = "github-service-deploy-prod-environment", "github-ruleset"
BUCKET, BUCKET_POLICY = "state-bucket", "state-bucket-policy"
ISSUER = "token.actions.githubusercontent.com"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = allow("*")


def trusted(name: str, operator: str, claim: str, *values: str) -> Change:
    """Give the role's trust other values for a claim of GitHub's token; none takes the claim away."""

    def edit(found):
        for condition in found[0]["Condition"].values():
            condition.pop(f"{ISSUER}:{claim}", None)
        if values:
            found[0]["Condition"].setdefault(operator, {})[f"{ISSUER}:{claim}"] = list(values)

    return given(name, TRUST, edit)


def claims(name: str, new: str, old: str) -> Change:
    """Let another text stand in the role's trust."""
    return lambda world: world.put(name, TRUST, world.resources[name].props[TRUST].replace(old, new))


def new(type_: str, props=None, **links: str) -> Change:
    return add(type_, "new-thing", props or {}, **links)


def environment_of(name: str, stack: str) -> Change:
    """Let a role's own environment be another stack's."""
    return every(
        *(
            put(f"github-{name}-{part}", "environment", stack)
            for part in ("environment", "branch", "aws-role-arn", "aws-account-id")
        )
    )


_TRUST: tuple[tuple[str, int, str, Change], ...] = (
    # 1: who takes a role on
    ("trust-without-environment", 1, MUST, trusted(ROLE, "StringEquals", "environment")),
    ("trust-without-subject", 1, MUST, trusted(ROLE, "StringEquals", "sub")),
    ("trust-without-repository", 1, MUST, trusted(ROLE, "StringEquals", "repository_id")),
    ("trust-without-workflow", 1, MUST, trusted(ROLE, "StringEquals", "job_workflow_ref")),
    ("trust-without-branch", 1, MUST, trusted(ROLE, "StringEquals", "ref")),
    ("trust-without-audience", 1, MUST, trusted(ROLE, "StringEquals", "aud")),
    ("trust-any-repository", 1, MUST, trusted(ROLE, "StringLike", "sub", "repo:*")),
    ("trust-any-of-the-owner", 1, MUST, trusted(ROLE, "StringLike", "sub", "repo:octo/*:environment:dev")),
    ("trust-any-environment", 1, MUST, trusted(ROLE, "StringLike", "sub", "repo:octo/parity:*")),
    ("trust-any-branch", 1, MUST, trusted(ROLE, "StringLike", "ref", "refs/*")),
    ("trust-any-workflow", 1, MUST, trusted(ROLE, "StringLike", "job_workflow_ref", "octo/parity/*")),
    ("trust-another-workflow", 1, MUST, claims(ROLE, "new.yml", "deploy-stack.yml")),
    ("trust-another-repository", 1, MUST, claims(ROLE, "evil/parity", "octo/parity")),
    ("trust-another-number", 1, MUST, claims(ROLE, "666", "100000000")),
    ("trust-another-environment", 1, MUST, claims(PROD_ROLE, ":environment:dev", ":environment:prod")),
    ("trust-one-more-environment", 1, MUST, trusted(PROD_ROLE, "StringEquals", "environment", "prod", "prod-preview")),
    ("trust-a-preview-by-any-subject", 1, MUST, trusted("service-preview-prod-role", "StringEquals", "sub")),
    ("trust-an-account", 1, MUST, grant(ROLE, "sts:AssumeRole", None, TRUST, Principal={"AWS": OTHER})),
    (
        "trust-a-service",
        1,
        MUST,
        grant(ROLE, "sts:AssumeRole", None, TRUST, Principal={"Service": "ec2.amazonaws.com"}),
    ),
    ("trust-anybody", 1, MUST, document(ROLE, allow("sts:AssumeRoleWithWebIdentity", None, Principal="*"), prop=TRUST)),
    (
        "trust-another-provider",
        1,
        MUST,
        claims(ROLE, "oidc-provider/gitlab.com", f"oidc-provider/{ISSUER}"),
    ),
    ("trust-session-tags", 1, MUST, given(ROLE, TRUST, lambda found: found[0].update(Action="sts:*"))),
    ("provider-of-another", 1, MUST, put("rights-github", "url", "https://gitlab.com")),
    ("provider-any-audience", 1, MUST, put("rights-github", "clientIdLists", ["sts.amazonaws.com", "evil"])),
    ("provider-no-audience", 1, MUST, put("rights-github", "clientIdLists", ["evil"])),
    ("provider-a-second", 1, MUST, copied("rights-github", "other", url="https://gitlab.com")),
)
_RIGHTS: tuple[tuple[str, int, str, Change], ...] = (
    # 2: what a role may do
    ("role-without-boundary", 2, MUST, drop(ROLE, "permissionsBoundary")),
    ("role-another-boundary", 2, MUST, put(ROLE, "permissionsBoundary", ADMINISTRATOR)),
    ("role-a-networks-boundary", 2, MUST, swapped(ROLE, "permissionsBoundary", "network-workflows-boundary", "arn")),
    ("role-a-copys-boundary", 2, MUST, swapped(ROLE, "permissionsBoundary", "service-boundary-dev", "arn")),
    ("role-that-makes-users", 2, MUST, grant(POLICY, "iam:CreateUser", f"arn:aws:iam::{OTHER}:user/me")),
    ("role-that-makes-users-here", 2, MUST, grant(POLICY, ["iam:CreateUser"], "*")),
    ("role-administrator", 2, MUST, document(POLICY, EVERYTHING)),
    ("role-all-of-a-service", 2, MUST, grant(POLICY, "rds:*", "*")),
    ("role-not-action", 2, MUST, document(POLICY, {"Sid": "x", "Effect": "Allow", "NotAction": "x:y", "Resource": "*"})),
    ("role-passes-any", 2, MUST, grant(POLICY, "iam:PassRole", "*")),
    ("role-writes-its-own-policy", 2, MUST, grant(POLICY, "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/dev-parity-deploy-main")),
    ("role-attaches-policies", 2, MUST, grant(POLICY, "iam:AttachRolePolicy", "arn:aws:iam::111122223333:role/dev-app-role-main")),
    ("role-of-dev-reads-prods-state", 2, MUST, grant(POLICY, "s3:GetObject", "arn:aws:s3:::parity-state-111122223333/.pulumi/stacks/parity/prod.json")),
    ("role-of-dev-deletes-prods-database", 2, MUST, grant(POLICY, "rds:DeleteDBCluster", "arn:aws:rds:us-east-1:111122223333:cluster:prod-db-cluster-main")),
    ("role-of-dev-deletes-any-database", 2, MUST, grant(POLICY, "rds:DeleteDBCluster", "arn:aws:rds:us-east-2:111122223333:cluster:dev-*")),
    ("role-of-dev-decrypts-prods-secrets", 2, MUST, every(
        lambda world: world.put("service-deploy-dev-policy-2", "policy", json.dumps({"Version": "2012-10-17", "Statement": [allow(["kms:Decrypt"], [world.outputs["state-secrets-key-prod"]["arn"]])]})),
    )),
    ("role-preview-reads-resources", 2, MUST, grant("service-preview-dev-policy-1", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-2:111122223333:secret:dev-db-credentials-main-??????")),
    ("role-drift-writes", 2, MUST, grant("service-drift-dev-policy-1", "lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-2:111122223333:function:dev-app-function-main")),
    ("role-drift-of-the-foundation-writes", 2, MUST, grant("foundation-drift-main-policy-1", "iam:CreatePolicyVersion", "arn:aws:iam::111122223333:policy/*")),
    ("role-image-pushes-anywhere", 2, MUST, grant("image-policy-1", "ecr:PutImage", "*")),
    ("role-lost-a-condition", 2, MUST, lambda world: world.put("service-deploy-dev-policy-1", "policy", world.resources["service-deploy-dev-policy-1"].props["policy"].replace('"Condition"', '"Conditions"'))),
    ("boundary-wider", 2, MUST, grant(BOUNDARY, "iam:CreateUser", "*")),
    ("boundary-everything", 2, MUST, document(BOUNDARY, EVERYTHING)),
    ("copy-boundary-wider", 2, MUST, grant("service-boundary-prod", "iam:CreateUser", "*")),
    ("copy-boundary-of-another", 2, MUST, lambda world: world.put("service-boundary-prod", "policy", world.resources["service-boundary-dev"].props["policy"])),
    ("boundary-gone", 2, MUST, remove("service-workflows-boundary")),
    ("attached-administrator", 2, MUST, put("service-deploy-dev-policy-1-attachment", "policyArn", ADMINISTRATOR)),
    ("attached-to-another-account", 2, MUST, put("service-deploy-dev-policy-1-attachment", "role", "admin")),
    ("attached-prods-to-dev", 2, MUST, swapped("service-deploy-dev-policy-1-attachment", "policyArn", "service-deploy-prod-policy-1", "arn")),
    ("attached-to-the-wrong-role", 2, MUST, swapped("service-deploy-prod-policy-1-attachment", "role", "service-preview-prod-role", "name")),
    ("inline-policy", 2, MUST, add("aws:iam/rolePolicy:RolePolicy", "more", {"policy": "{}"}, role=ROLE)),
    ("role-inline", 2, MUST, put(ROLE, "inlinePolicies", [{"name": "x", "policy": "{}"}])),
    ("role-managed", 2, MUST, put(ROLE, "managedPolicyArns", [ADMINISTRATOR])),
    ("role-more", 2, MUST, copied(ROLE, "admin-role", name="admin")),
    ("role-more-of-a-stack", 2, MUST, copied(ROLE, "service-deploy-qa-role", name="admin")),
    ("role-of-prod-for-a-stack-of-dev", 2, MUST, put(ROLE, "name", "prod-parity-deploy-main")),
    ("role-of-another-kind", 2, MUST, put("service-preview-dev-role", "name", "dev-parity-deploy-main")),
    ("role-of-another-project", 2, MUST, put(ROLE, "name", "dev-networking-stack-deploy-main")),
    ("role-by-path", 2, MUST, put(ROLE, "path", "/admin/")),
    ("role-for-a-day", 2, MUST, put(ROLE, "maxSessionDuration", 43200)),
    ("user", 2, MUST, new("aws:iam/user:User", {"name": "me"})),
    ("access-key", 2, MUST, new("aws:iam/accessKey:AccessKey", {"user": "me"})),
    ("group", 2, MUST, new("aws:iam/group:Group", {"name": "admins"})),
    ("saml", 2, MUST, new("aws:iam/samlProvider:SamlProvider", {"name": "x"})),
)  # fmt: skip
_STATE: tuple[tuple[str, int, str, Change], ...] = (
    # 3: the state, its keys, the image
    ("bucket-without-versions", 3, MUST, remove("state-bucket-versions")),
    ("bucket-versions-suspended", 3, MUST, put("state-bucket-versions", "versioningConfiguration", {"status": "Suspended"})),
    ("bucket-without-encryption", 3, MUST, remove("state-bucket-encryption")),
    ("bucket-awss-encryption", 3, MUST, put("state-bucket-encryption", "rules", [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}])),
    ("bucket-anothers-key", 3, MUST, put("state-bucket-encryption", "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId", f"arn:aws:kms:us-east-1:{OTHER}:key/x")),
    ("bucket-an-environments-key", 3, MUST, swapped("state-bucket-encryption", "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId", "state-secrets-key-dev", "arn")),
    ("bucket-public-policy", 3, MUST, grant(BUCKET_POLICY, "s3:GetObject", "arn:aws:s3:::parity-state-111122223333/*", Principal="*")),
    ("bucket-another-account", 3, MUST, grant(BUCKET_POLICY, "s3:GetObject", "arn:aws:s3:::parity-state-111122223333/*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})),
    ("bucket-without-tls", 3, MUST, without(BUCKET_POLICY, "OnlyByTls")),
    ("bucket-other-accounts", 3, MUST, without(BUCKET_POLICY, "OnlyThisAccount")),
    ("bucket-locked-for-all", 3, MUST, given(BUCKET_POLICY, "policy", lambda found: found.append({"Sid": "x", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}))),
    ("bucket-policy-gone", 3, MUST, remove(BUCKET_POLICY)),
    ("bucket-public-access", 3, MUST, remove("state-bucket-public-access")),
    *((f"bucket-public-{name}", 3, MUST, put("state-bucket-public-access", name, False)) for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")),
    ("bucket-lists", 3, MUST, put("state-bucket-ownership", "rule", {"objectOwnership": "ObjectWriter"})),
    ("bucket-lists-gone", 3, MUST, remove("state-bucket-ownership")),
    ("bucket-versions-of-a-day", 3, MUST, put("state-bucket-lifecycle", "rules.0.noncurrentVersionExpiration.noncurrentDays", 1)),
    ("bucket-expires", 3, MUST, put("state-bucket-lifecycle", "rules.0.expiration", {"days": 1})),
    ("bucket-another", 3, MUST, put(BUCKET, "bucket", "evil-state")),
    ("bucket-a-second", 3, MUST, copied(BUCKET, "more")),
    ("bucket-unprotected", 3, MUST, option(BUCKET, protect=False)),
    ("bucket-emptied", 3, MUST, put(BUCKET, "forceDestroy", True)),
    ("bucket-replicated", 3, MUST, new("aws:s3/bucketReplicationConfig:BucketReplicationConfig", {"bucket": "x"})),
    ("bucket-acl", 3, MUST, put(BUCKET, "acl", "public-read")),
    ("bucket-website", 3, MUST, put(BUCKET, "website", {"indexDocument": "x"})),
    ("bucket-policy-of-another-bucket", 3, MUST, put("state-bucket-versions", "bucket", "another")),
    ("key-without-rotation", 3, MUST, put("state-bucket-key", "enableKeyRotation", False)),
    ("key-for-another-account", 3, MUST, grant("state-secrets-key-prod", "kms:Decrypt", "*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})),
    ("key-for-anybody", 3, MUST, grant("state-secrets-key-prod", "kms:Decrypt", "*", Principal="*")),
    ("key-for-nobody", 3, MUST, without("state-secrets-key-prod", "Use")),
    ("key-for-dev", 3, MUST, grant("state-secrets-key-prod", "kms:Decrypt", "*", Principal={"AWS": "arn:aws:iam::111122223333:role/dev-parity-preview-main"})),
    ("key-grants", 3, MUST, grant("state-bucket-key", "kms:CreateGrant", "*", Principal={"AWS": "arn:aws:iam::111122223333:root"})),
    ("key-unprotected", 3, MUST, option("state-secrets-key-prod", protect=False)),
    ("key-in-a-week", 3, MUST, put("state-bucket-key", "deletionWindowInDays", 7)),
    ("key-a-stranger", 3, MUST, copied("state-bucket-key", "more")),
    ("alias-of-another-key", 3, MUST, put("state-secrets-key-prod-alias", "targetKeyId", "x")),
    ("image-tags-move", 3, MUST, put("image-repository-us-east-2", "imageTagMutability", "MUTABLE")),
    ("image-tags-partly-move", 3, MUST, put("image-repository-us-east-2", "imageTagMutabilityExclusionFilters", [{"filter": "latest*", "filterType": "WILDCARD"}])),
    ("image-not-scanned", 3, MUST, put("image-repository-us-east-2", "imageScanningConfiguration", {"scanOnPush": False})),
    ("image-pulled-by-anybody", 3, MUST, grant("image-policy-us-east-2", "ecr:BatchGetImage", None, Principal="*")),
    ("image-pushed-by-another", 3, MUST, grant("image-policy-us-east-2", "ecr:PutImage", None, Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})),
    ("image-any-function", 3, MUST, given("image-policy-us-east-2", "policy", lambda found: found[0].pop("Condition"))),
    ("image-another-repository", 3, MUST, put("image-repository-us-east-2", "name", "evil")),
    ("image-another-region", 3, MUST, put("image-repository-us-east-2", "region", "eu-west-1")),
    ("image-replicated-to-another", 3, MUST, put("image-replication", "replicationConfiguration.rules.0.destinations.0.registryId", OTHER)),
    ("image-replicated-elsewhere", 3, MUST, put("image-replication", "replicationConfiguration.rules.0.destinations.0.region", "eu-west-1")),
    ("image-all-replicated", 3, MUST, put("image-replication", "replicationConfiguration.rules.0.repositoryFilters.0.filter", "")),
    ("image-deleted-by-count", 3, MUST, put("image-lifecycle-us-east-2", "policy", '{"rules":[]}')),
    ("image-unprotected", 3, MUST, option("image-repository-us-east-2", protect=False)),
    ("public-repository", 3, MUST, new("aws:ecrpublic/repository:Repository", {"repositoryName": "x"})),
)  # fmt: skip
_GITHUB: tuple[tuple[str, int, str, Change], ...] = (
    # 4: GitHub
    ("environment-without-reviewers", 4, MUST, drop(PROD, "reviewers")),
    ("environment-empty-reviewers", 4, MUST, put(PROD, "reviewers", [{"teams": [], "users": []}])),
    ("environment-a-stranger-reviews", 4, MUST, put(PROD, "reviewers", [{"teams": [1000001], "users": [666]}])),
    ("environment-reviews-itself", 4, MUST, put(PROD, "preventSelfReview", False)),
    ("environment-reviews-itself-by-default", 4, MUST, drop(PROD, "preventSelfReview")),
    ("environment-administrators-pass", 4, MUST, put(PROD, "canAdminsBypass", True)),
    ("environment-administrators-pass-by-default", 4, MUST, drop(PROD, "canAdminsBypass")),
    ("environment-any-branch", 4, MUST, drop(PROD, "deploymentBranchPolicy")),
    ("environment-protected-branches", 4, MUST, put(PROD, "deploymentBranchPolicy", {"protectedBranches": True, "customBranchPolicies": False})),
    ("environment-another-branch", 4, MUST, put("github-service-deploy-prod-branch", "branchPattern", "*")),
    ("environment-a-tag", 4, MUST, put("github-service-deploy-prod-branch", "tagPattern", "v*")),
    ("environment-no-branch", 4, MUST, remove("github-service-deploy-prod-branch")),
    ("environment-one-more-branch", 4, MUST, copied("github-service-deploy-prod-branch", "github-service-deploy-prod-more", branchPattern="feature")),
    ("environment-of-another-stack", 4, MUST, environment_of("service-deploy-prod", "dev")),
    ("environment-gone", 4, MUST, remove(PROD)),
    ("environment-for-no-role", 4, MUST, copied(PROD, "github-service-deploy-qa-environment", environment="qa")),
    ("environment-of-another-repository", 4, MUST, put(PROD, "repository", "evil")),
    ("variable-anothers-role", 4, MUST, swapped("github-service-preview-prod-aws-role-arn", "value", "service-deploy-prod-role", "arn")),
    ("variable-a-strangers-role", 4, MUST, put("github-service-deploy-prod-aws-role-arn", "value", f"arn:aws:iam::{OTHER}:role/evil")),
    ("variable-another-account", 4, MUST, put("github-service-deploy-prod-aws-account-id", "value", OTHER)),
    ("variable-another-name", 4, MUST, put("github-service-deploy-prod-aws-account-id", "variableName", "PATH")),
    ("variable-gone", 4, MUST, remove("github-service-deploy-prod-aws-role-arn")),
    ("variable-another-state", 4, MUST, put("github-variable-pulumi-backend-url", "value", "s3://evil")),
    ("variable-another-image", 4, MUST, put("github-variable-image-repository", "value", "ghcr.io/evil/app")),
    ("variable-review-stacks", 4, MUST, put("github-variable-review-stacks", "value", "always")),
    ("variable-one-more", 4, MUST, copied("github-variable-review-stacks", "github-variable-more", variableName="MORE")),
    ("secret", 4, MUST, new("github:index/actionsSecret:ActionsSecret", {"secretName": "X"})),
    ("deploy-key", 4, MUST, new("github:index/repositoryDeployKey:RepositoryDeployKey", {"key": "ssh-ed25519 x"})),
    ("collaborator", 4, MUST, new("github:index/repositoryCollaborator:RepositoryCollaborator", {"username": "evil"})),
    ("webhook", 4, MUST, new("github:index/repositoryWebhook:RepositoryWebhook", {"events": ["push"]})),
    ("whole-repository", 4, MUST, new("github:index/repository:Repository", {"visibility": "public"})),
    ("ruleset-evaluated", 4, MUST, put(RULESET, "enforcement", "evaluate")),
    ("ruleset-disabled", 4, MUST, put(RULESET, "enforcement", "disabled")),
    ("ruleset-bypassed", 4, MUST, put(RULESET, "bypassActors", [{"actorId": 5, "actorType": "RepositoryRole", "bypassMode": "always"}])),
    ("ruleset-of-a-branch", 4, MUST, put(RULESET, "conditions.refName.includes", ["refs/heads/x"])),
    ("ruleset-not-of-main", 4, MUST, put(RULESET, "conditions.refName.excludes", ["refs/heads/main"])),
    ("ruleset-gone", 4, MUST, remove(RULESET)),
    ("ruleset-force-push", 4, MUST, put(RULESET, "rules.nonFastForward", False)),
    ("ruleset-deletion", 4, MUST, drop(RULESET, "rules.deletion")),
    ("ruleset-without-review", 4, MUST, drop(RULESET, "rules.pullRequest")),
    ("ruleset-no-approval", 4, MUST, put(RULESET, "rules.pullRequest.requiredApprovingReviewCount", 0)),
    ("ruleset-no-owners", 4, MUST, put(RULESET, "rules.pullRequest.requireCodeOwnerReview", False)),
    ("ruleset-stale-approvals", 4, MUST, put(RULESET, "rules.pullRequest.dismissStaleReviewsOnPush", False)),
    ("ruleset-last-push", 4, MUST, put(RULESET, "rules.pullRequest.requireLastPushApproval", False)),
    ("ruleset-no-check", 4, MUST, drop(RULESET, "rules.requiredStatusChecks")),
    ("ruleset-another-check", 4, MUST, put(RULESET, "rules.requiredStatusChecks.requiredChecks", [{"context": "lint", "integrationId": 15368}])),
    ("ruleset-anybodys-check", 4, MUST, put(RULESET, "rules.requiredStatusChecks.requiredChecks", [{"context": "gate"}])),
    ("ruleset-old-verdicts", 4, MUST, put(RULESET, "rules.requiredStatusChecks.strictRequiredStatusChecksPolicy", False)),
    ("ruleset-of-tags", 4, MUST, put(RULESET, "target", "tag")),
    ("actions-write", 4, MUST, put("github-workflow-permissions", "defaultWorkflowPermissions", "write")),
    ("actions-write-by-default", 4, MUST, drop("github-workflow-permissions", "defaultWorkflowPermissions")),
    ("actions-of-anybody", 4, MUST, put("github-actions", "allowedActions", "all")),
    ("actions-of-one-more", 4, MUST, put("github-actions", "allowedActionsConfig.patternsAlloweds", ["evil/action@*"])),
    ("actions-verified", 4, MUST, put("github-actions", "allowedActionsConfig.verifiedAllowed", True)),
    ("actions-unpinned", 4, MUST, put("github-actions", "shaPinningRequired", False)),
    ("actions-unpinned-by-default", 4, MUST, drop("github-actions", "shaPinningRequired")),
    ("token-subject-changed", 4, MUST, put("github-token-subject", "useDefault", False)),
    ("token-subject-claims", 4, MUST, put("github-token-subject", "includeClaimKeys", ["repo"])),
    ("page-of-a-branch", 4, MUST, put("github-pages", "buildType", "legacy")),
    ("label-of-another-name", 4, MUST, put("github-label-review-stack", "name", "review")),
    # 5: options, providers, configuration
    ("provider-token", 5, MUST, key("github:token", "ghp_x")),
    ("provider-elsewhere", 5, MUST, provider("baseUrl", "https://evil.example")),
    ("ignored-trust", 5, MUST, option(ROLE, ignore_changes=("assumeRolePolicy",))),
    ("kept-role", 5, MUST, asked(ROLE, retainOnDelete=True)),
    ("adopted-role", 5, MUST, asked(ROLE, **{"import": "admin"})),
    ("other-aliases", 5, MUST, asked(BUCKET, aliases=[{"spec": {"type": "aws:iam/user:User", "parentUrn": ""}}])),
    ("cut-key", 5, MUST, every(put("state-bucket-encryption", "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId", "x"), cut("state-bucket-encryption", "rules"))),
    # 6: what is fine
    ("fine", 6, FINE, lambda _: None),
    ("fine-longer-wait", 6, FINE, put(PROD, "waitTimer", 30)),
    ("fine-two-approvals", 6, FINE, put(RULESET, "rules.pullRequest.requiredApprovingReviewCount", 2)),
    ("fine-former-name", 6, FINE, asked(BUCKET, aliases=[{"spec": {"type": "aws:s3/bucketV2:BucketV2", "parentUrn": ""}}])),
    ("fine-no-page", 6, FINE, remove("github-pages")),
    ("fine-known-provider", 6, FINE, remove("rights-github")),
    ("fine-words", 6, FINE, put(ROLE, "description", "Other words.")),
)  # fmt: skip

FOUNDATION_CHANGES: tuple[Hostile, ...] = tuple(
    Hostile(name, kind, deserved, change) for name, kind, deserved, change in (*_TRUST, *_RIGHTS, *_STATE, *_GITHUB)
)
