"""What must be denied is denied, whoever got hold of a role; and what limits a role that was given everything."""

import pytest

from tests.program.foundation.attacks import EVERYTHING, attacks
from tests.program.foundation.authorizer import Principal, Request, assumes
from tests.program.foundation.world import ACCOUNT, REPOSITORY, review, world

ATTACKS = attacks()
MAIN = "refs/heads/main"
# What GitHub puts into the token of a deployment of dev.
CLAIMS = {
    "aud": "sts.amazonaws.com",
    "environment": "dev",
    "job_workflow_ref": f"octo/parity/.github/workflows/deploy-stack.yml@{MAIN}",
    "ref": MAIN,
    "repository_id": REPOSITORY.id,
    "sub": "repo:octo/parity:environment:dev",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=[f"{attack.by}: {attack.name}" for attack in ATTACKS])
def test_an_attack_is_denied(attack):
    assert attack.is_denied(), f"{attack.by} may {attack.request.action} on {attack.request.resource}; close it"


@pytest.mark.parametrize(
    "request_",
    [
        Request("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/me"),
        Request("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/dev-app-role-main"),
        Request("s3:GetObject", "arn:aws:s3:::parity-state/.pulumi/stacks/parity/prod.json"),
        Request("rds:DeleteDBCluster", f"arn:aws:rds:us-east-2:{ACCOUNT}:cluster:dev-db-cluster-main"),
        Request(
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod-db-credentials-main-abcdef",
        ),
        Request(
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:us-east-2:{ACCOUNT}:secret:rds!cluster-1-abcdef",
            {"aws:ResourceTag/aws:rds:primaryDBClusterArn": world("dev", "team2-main").arn("database-cluster")},
        ),
        Request("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
        Request("lambda:UpdateFunctionCode", f"arn:aws:lambda:us-east-2:{ACCOUNT}:function:dev-app-function-main"),
    ],
    ids=lambda request: f"{request.action} {request.resource.rpartition(':')[2]}",
)
def test_a_function_whose_role_was_given_everything_stays_within_its_boundary(request_):
    role = world().service_role("lambda-app-role")
    given = Principal(role.arn, (EVERYTHING,), role.boundary)

    assert not world().allows(given, request_)


def test_a_role_of_the_workflows_that_was_given_everything_stays_within_its_boundary():
    role = world().principal("deploy")
    given = Principal(role.arn, (EVERYTHING,), role.boundary)

    for action in ("iam:CreateUser", "iam:AttachRolePolicy", "sts:AssumeRole", "organizations:LeaveOrganization"):
        assert not world().allows(given, Request(action, "*")), action


def test_a_deployment_of_main_takes_on_its_role():
    assert assumes(world().roles["deploy"].trust, CLAIMS)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        pytest.param("ref", "refs/heads/feature", id="a branch that is not main"),
        pytest.param("ref", "refs/tags/main", id="a tag called main"),
        pytest.param("environment", "dev-preview", id="another environment"),
        pytest.param("repository_id", "666", id="another repository of that name"),
        pytest.param("sub", "repo:octo/fork:environment:dev", id="another repository"),
        pytest.param("aud", "https://github.com/octo", id="another audience"),
        pytest.param("job_workflow_ref", f"octo/parity/.github/workflows/new.yml@{MAIN}", id="another workflow"),
        pytest.param(
            "job_workflow_ref",
            "octo/parity/.github/workflows/deploy-stack.yml@refs/heads/x",
            id="another branch's file",
        ),
        pytest.param(
            "job_workflow_ref", f"evil/parity/.github/workflows/deploy-stack.yml@{MAIN}", id="another's workflow"
        ),
    ],
)
def test_nobody_else_takes_on_the_role_that_deploys(claim, value):
    assert not assumes(world().roles["deploy"].trust, {**CLAIMS, claim: value})


@pytest.mark.parametrize("claim", sorted(CLAIMS))
def test_a_token_without_a_claim_takes_on_nothing(claim):
    assert not assumes(world().roles["deploy"].trust, {key: value for key, value in CLAIMS.items() if key != claim})


def test_a_pull_request_takes_on_the_role_of_previews_and_of_review_stacks_alone():
    of_pull_request = {
        **CLAIMS,
        "ref": "refs/pull/7/merge",
        "environment": "dev-preview",
        "sub": "repo:octo/parity:environment:dev-preview",
        "job_workflow_ref": "octo/parity/.github/workflows/preview-stacks.yml@refs/pull/7/merge",
    }
    of_review = {
        **of_pull_request,
        "environment": "review",
        "sub": "repo:octo/parity:environment:review",
        "job_workflow_ref": "octo/parity/.github/workflows/pull-request.yml@refs/pull/7/merge",
    }

    assert assumes(world().roles["preview"].trust, of_pull_request)
    assert assumes(review().roles["review"].trust, of_review)
    assert not any(assumes(world().roles[kind].trust, of_pull_request) for kind in ("drift", "deploy"))
    assert not any(assumes(role.trust, of_review) for role in world().roles.values())


@pytest.mark.parametrize(
    "attack",
    [attack for attack in ATTACKS if not attack.request.action.startswith("kms:")],
    ids=lambda attack: f"{attack.by}: {attack.name}",
)
def test_an_attack_would_succeed_by_a_role_that_may_do_everything(attack):
    attacker = attack.place().principal(attack.by)
    unlimited = Principal(attacker.arn, (EVERYTHING,))

    assert (attack.of or attack.place)().allows(unlimited, attack.request), "the attack proves nothing; mend it"
