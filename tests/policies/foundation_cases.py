# ruff: noqa: E501  # whole messages, each on a line
"""Every rule that is about the foundation alone: one change of it, and all that the rule then says."""

from tests.policies.hostile import swapped
from tests.policies.world import Change, config, drop, option, put, remove

PROD, DEV = "github-service-deploy-prod-environment", "github-service-deploy-dev-environment"
ATTACHMENT = "service-deploy-dev-policy-1-attachment"

FOUNDATION_CASES: tuple[tuple[str, Change, list[str]], ...] = (
    (
        "github-environments",
        drop(PROD, "reviewers"),
        [
            f"{PROD}: nobody has to let a deployment of prod begin; name its reviewers in foundation:reviewers",
        ],
    ),
    ("github-environments", drop(DEV, "preventSelfReview"), []),
    (
        "github-environments",
        put(PROD, "preventSelfReview", False),
        [f"{PROD}: preventSelfReview is not true; whoever starts a deployment could let it begin"],
    ),
    (
        "github-environments",
        put(PROD, "reviewers", [{"teams": [7], "users": [8]}]),
        [
            f"{PROD}: prod team 7 is no reviewer that foundation:reviewers names",
            f"{PROD}: prod user 8 is no reviewer that foundation:reviewers names",
        ],
    ),
    (
        "github-environments",
        config("reviewers", "[]"),
        [
            "github-network-deploy-prod-environment: prod team 1000001 is no reviewer that foundation:reviewers names",
            "github-network-deploy-staging-environment: staging team 1000001 is no reviewer that foundation:reviewers names",
            f"{PROD}: prod team 1000001 is no reviewer that foundation:reviewers names",
            "github-service-deploy-staging-environment: staging team 1000001 is no reviewer that foundation:reviewers names",
        ],
    ),
    (
        "github-environments",
        drop(PROD, "deploymentBranchPolicy"),
        [f"{PROD}: deploymentBranchPolicy.customBranchPolicies is not true; any branch could take on the role"],
    ),
    (
        "github-environments",
        remove("github-service-deploy-prod-branch"),
        [f"{PROD}: github-service-deploy-prod-branch is missing; no branch, not even main, gets in"],
    ),
    (
        "github-environments",
        remove("github-service-deploy-prod-aws-role-arn"),
        [f"{PROD}: github-service-deploy-prod-aws-role-arn is missing; a job of the environment takes on no role"],
    ),
    (
        "github-environments",
        swapped("github-service-deploy-prod-aws-role-arn", "value", "service-deploy-dev-role", "arn"),
        [
            f"{PROD}: github-service-deploy-prod-aws-role-arn is not the ARN of service-deploy-prod-role; a job of the environment takes on another role"
        ],
    ),
    (
        "github-environments",
        remove(PROD),
        [
            "service-deploy-prod-role: service-deploy-prod-role has no environment of GitHub; the first job that names one makes it, and anybody gets in"
        ],
    ),
    (
        "github-environments",
        remove("service-deploy-prod-role"),
        [f"{PROD}: it stands for no role; make service-deploy-prod-role, or remove it"],
    ),
    (
        "iam-attached-own",
        swapped(ATTACHMENT, "policyArn", "service-deploy-prod-policy-1", "arn"),
        [
            f"{ATTACHMENT}: policyArn is of service-deploy-dev-policy-1, service-deploy-prod-policy-1; by its name it must be of service-deploy-dev-policy-1"
        ],
    ),
    (
        "iam-attached-own",
        option(ATTACHMENT, property_dependencies={}),
        [
            f"{ATTACHMENT}: policyArn is of nothing here; by its name it must be of service-deploy-dev-policy-1",
            f"{ATTACHMENT}: role is of nothing here; by its name it must be of service-deploy-dev-role",
        ],
    ),
    (
        "protection-consistent",
        put("state-bucket", "forceDestroy", True),
        ["state-bucket: forceDestroy is true; with dataProtection protected it must be false"],
    ),
    (
        "protection-consistent",
        put("image-repository-us-east-2", "forceDelete", True),
        ["image-repository-us-east-2: forceDelete is true; with dataProtection protected it must be false"],
    ),
    (
        "iam-boundary",
        drop("service-deploy-dev-role", "permissionsBoundary"),
        [
            "service-deploy-dev-role: permissionsBoundary is not set; whoever may write the role's policies gives it any right"
        ],
    ),
)
