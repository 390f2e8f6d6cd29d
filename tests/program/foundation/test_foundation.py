"""The foundation as it is recorded: what closes it, who gets in, and what GitHub is told."""

import json
import re
from collections import Counter

import pytest
import yaml

from policies.known.tables import known_calls
from policies.limits import limits
from program.foundation.components.repository import ACTIONS
from program.foundation.rights.roles import role_kinds
from program.project.definition import ROOT
from tests.program.foundation import made
from tests.program.foundation.attacks import EVERYTHING
from tests.program.foundation.authorizer import Principal, Request, allows, like
from tests.program.recorded import ACCOUNT, find, of_type

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ENVIRONMENT = "github:index/repositoryEnvironment:RepositoryEnvironment"
VARIABLE = "github:index/actionsVariable:ActionsVariable"
ENVIRONMENT_VARIABLE = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable"
BRANCH = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
STATE = "arn:aws:s3:::parity-state/.pulumi/stacks/parity/prod.json"


def inputs(name, **changes):
    return find(made.foundation(**changes), name).inputs


def environments(**changes):
    found = of_type(made.foundation(**changes), ENVIRONMENT).values()
    return {item.inputs["environment"]: item.inputs for item in found}


def test_every_key_turns_and_every_key_and_bucket_is_protected():
    recording = made.foundation()
    kept = [item for item in recording.registrations if item.type in ("aws:kms/key:Key", "aws:s3/bucket:Bucket")]

    assert len(kept) == 5
    assert all(item.protect for item in kept)
    assert all(item.inputs["enableKeyRotation"] for item in kept if item.type == "aws:kms/key:Key")


def test_an_ephemeral_foundation_can_be_taken_down():
    recording = made.foundation(dataProtection="ephemeral")

    assert not any(item.protect for item in recording.registrations)
    assert find(recording, "state-bucket").inputs["forceDestroy"] is True
    repositories = of_type(recording, "aws:ecr/repository:Repository").values()
    assert all(item.inputs["forceDelete"] is True for item in repositories)


@pytest.mark.parametrize(
    ("arn", "context"),
    [
        pytest.param(f"arn:aws:iam::{ACCOUNT}:role/Administrator", {"aws:SecureTransport": "false"}, id="without TLS"),
        pytest.param("arn:aws:iam::999999999999:role/Administrator", {}, id="another account"),
    ],
)
def test_the_buckets_policy_keeps_out(arn, context):
    policy = inputs("state-bucket-policy")["policy"]

    assert not allows(Principal(arn, (EVERYTHING,)), Request("s3:GetObject", STATE, context), policy)
    own = Principal(f"arn:aws:iam::{ACCOUNT}:role/Administrator", (EVERYTHING,))
    assert allows(own, Request("s3:GetObject", STATE), policy), "nobody could read the state"


def test_lambda_pulls_the_image_in_each_region_for_its_functions_alone():
    for region, environment in (("us-east-2", "dev"), ("us-west-2", "staging"), ("us-east-1", "prod")):
        (statement,) = made.statements(inputs(f"image-policy-{region}")["policy"])
        functions = statement["Condition"]["ArnLike"]["aws:SourceArn"]
        names = {arn.rpartition(":")[2] for arn in functions}
        review = {"dev-app-function-pr-*"} if environment == "dev" else set()
        assert names == {f"{environment}-app-function-main", *review}
        assert all(f":{region}:{ACCOUNT}:" in arn for arn in functions)


def test_an_image_is_pushed_to_one_region_and_replicated_to_the_stacks_others():
    (rule,) = inputs("image-replication")["replicationConfiguration"]["rules"]

    assert inputs("image-replication")["region"] == "us-east-2"
    assert [item["region"] for item in rule["destinations"]] == ["us-east-1", "us-west-2"]
    repositories = of_type(made.foundation(), "aws:ecr/repository:Repository").values()
    assert {item.inputs["imageTagMutability"] for item in repositories} == {"IMMUTABLE"}


def test_an_account_that_knows_github_already_makes_no_second_provider():
    provider = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

    assert len(of_type(made.foundation(), provider)) == 1
    assert of_type(made.foundation(identityProvider="existing"), provider) == {}


BACKEND = "PULUMI_BACKEND_URL"
ONCE = (
    *("actionsRepositoryPermissions", "actionsVariable", "issueLabel"),
    *("repositoryRuleset", "workflowRepositoryPermissions"),
)


def test_what_a_repository_has_once_is_set_by_one_foundation_and_the_jobs_of_another_find_their_own_bucket():
    both = made.foundation(), made.foundation(repositorySettings="existing")
    kinds = [{item.type.partition("/")[2].partition(":")[0] for item in each.registrations} for each in both]

    assert kinds[0] - kinds[1] >= set(ONCE)
    first, second = (of_type(each, ENVIRONMENT) for each in both)
    assert first.keys() - second.keys() == {"github-image-environment"}
    assert "image-role" not in made.roles(both[1]), "nor does a role wait for an environment that isn't there"
    backends = [
        item for item in of_type(both[1], ENVIRONMENT_VARIABLE).values() if item.inputs["variableName"] == BACKEND
    ]
    assert {item.inputs["environment"] for item in backends} == {item.inputs["environment"] for item in second.values()}
    assert {item.inputs["value"] for item in backends} == {"s3://parity-state?region=us-east-1"}
    assert not [
        item for item in of_type(both[0], ENVIRONMENT_VARIABLE).values() if item.inputs["variableName"] == BACKEND
    ]


def test_a_policy_is_as_long_before_its_keys_are_there_as_after():
    policy = inputs("foundation-drift-main-policy-1")["policy"]

    assert "of-state" not in policy
    assert find(made.foundation(), "state-bucket-key").outputs["arn"] in policy


def test_the_role_that_looks_for_drift_reads_all_of_the_foundation_and_changes_nothing():
    recording = made.foundation()
    role = made.roles(recording)["foundation-drift-main"]
    principal = Principal(role.arn, role.policies, role.boundary)
    keys = {item.outputs["arn"]: item.inputs["policy"] for item in of_type(recording, "aws:kms/key:Key").values()}

    for item in recording.registrations:
        if not item.type.startswith("aws:"):
            continue
        for phase, call in known_calls()[item.type].calls():
            for action in call.actions:
                arn = "*" if call.everywhere is not None else arn_of(item)
                region = item.inputs.get("region", made.REGION)
                allowed = allows(principal, Request(action, arn, {"aws:RequestedRegion": region}), keys.get(arn))
                reads = phase == "read" or re.match(r"\w+:(Describe|Get|List)", action)
                assert not allowed or reads, f"{action} on {arn} changes the foundation"
                if phase == "read" and call.everywhere is None and "ViaService" not in str(call.conditions):
                    assert allowed, f"{item.name}: a refresh asks for {action} on {arn}; mend rights/foundation.yaml"


def arn_of(item):
    """The ARN that AWS compares policies with, of the resource that the call is about."""
    if "bucket" in item.inputs:
        return f"arn:aws:s3:::{item.inputs['bucket']}"
    if item.type.startswith("aws:ecr/"):
        name = item.inputs.get("repository") or item.inputs.get("name")
        return f"arn:aws:ecr:{item.inputs['region']}:{ACCOUNT}:repository/{name}"
    if item.type == "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
        return f"arn:aws:iam::{ACCOUNT}:role/{item.inputs['role']}"
    return item.outputs["arn"]


def test_every_role_has_an_environment_of_github_and_every_environment_tells_its_role():
    recording = made.foundation()
    variables = of_type(recording, ENVIRONMENT_VARIABLE).values()
    told = {item.inputs["environment"]: item.inputs["value"] for item in variables if item.name.endswith("-role-arn")}

    assert told == {role.environment: role.arn for role in made.roles(recording).values()}
    assert set(told) == set(environments())


def test_an_environment_of_main_alone_is_closed_to_other_branches():
    branches = {item.inputs["environment"]: item.inputs for item in of_type(made.foundation(), BRANCH).values()}

    for role in made.roles(made.foundation()).values():
        only_main = role_kinds().roles[role.kind].branches == "main"
        assert (role.environment in branches) is only_main, role.environment
        policy = environments()[role.environment].get("deploymentBranchPolicy")
        assert (policy == {"protectedBranches": False, "customBranchPolicies": True}) is only_main
    assert {item["branchPattern"] for item in branches.values()} == {"main"}


def test_whoever_merges_deploys_the_first_environment_and_each_other_one_is_let_in_by_somebody():
    first, *others = limits().environments
    found = environments()

    for prefix in ("", "network/"):
        assert "reviewers" not in found[f"{prefix}{first}"]
        for name in others:
            assert found[f"{prefix}{name}"]["reviewers"] == [{"teams": [1000001], "users": []}]
            assert found[f"{prefix}{name}"]["preventSelfReview"] is True
    assert not any(item["canAdminsBypass"] for item in found.values())


# The GitHub App that reads GitHub at night: made by a person, who sets it (SETTING-UP.md).
SET_BY_A_PERSON = {"FOUNDATION_DRIFT_APP"}


def test_every_variable_that_a_workflow_reads_is_set_or_has_its_feature():
    read = {name for file in WORKFLOWS for name in re.findall(r"vars\.([A-Z_]+)", file.read_text())}
    features = json.dumps(["attestations", "codeScanning", "publishPage"])
    recording = made.foundation(features=features)
    made_ones = {
        item.inputs["variableName"]
        for type_ in (VARIABLE, ENVIRONMENT_VARIABLE)
        for item in of_type(recording, type_).values()
    }

    assert made_ones | SET_BY_A_PERSON == read
    off = {item.inputs["variableName"] for item in of_type(made.foundation(), VARIABLE).values()}
    assert made_ones - off - {"AWS_ACCOUNT_ID", "AWS_REGION", "AWS_ROLE_ARN"} == {
        "ATTESTATIONS",
        "CODE_SCANNING",
        "PUBLISH_PAGE",
    }


def test_every_action_that_a_workflow_runs_may_run():
    used = {
        name
        for file in [*WORKFLOWS, *(ROOT / ".github" / "actions").rglob("action.yml")]
        for name in re.findall(r"uses: ([\w.-]+/[\w./-]+@\w+)", file.read_text())
    }

    for name in used:
        own = name.startswith(("actions/", "github/"))
        assert own or any(like("/".join(name.split("@")[0].split("/")[:2]) + "@x", each) for each in ACTIONS), name
    for pattern in ACTIONS:
        assert any(name.startswith(pattern.removesuffix("*")) for name in used), f"nothing runs {pattern}; take it out"


def test_nothing_reaches_main_unseen():
    ruleset = inputs("github-ruleset")

    assert (ruleset["enforcement"], ruleset.get("bypassActors")) == ("active", None)
    assert ruleset["conditions"]["refName"] == {"includes": ["~DEFAULT_BRANCH"], "excludes": []}
    assert ruleset["rules"]["pullRequest"] == {
        "requiredApprovingReviewCount": 1,
        "dismissStaleReviewsOnPush": True,
        "requireCodeOwnerReview": True,
        "requireLastPushApproval": True,
        "requiredReviewThreadResolution": True,
    }
    assert ruleset["rules"]["requiredStatusChecks"] == {
        "strictRequiredStatusChecksPolicy": True,
        # The app of GitHub Actions has this number on github.com.
        "requiredChecks": [{"context": "gate", "integrationId": 15368}],
    }


def test_the_gate_is_a_job():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "pull-request.yml").read_text())["jobs"]

    assert "gate" in {job.get("name", name) for name, job in jobs.items()}


def test_no_token_is_registered_or_exported(monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_canary")
    recording = made.foundation.__wrapped__()

    assert "ghp_canary" not in str([item.inputs for item in recording.registrations])
    assert "ghp_canary" not in str(recording.outputs)


def test_no_two_resources_are_of_one_name():
    recording = made.foundation()

    assert [urn for urn, count in Counter(item.urn for item in recording.registrations).items() if count > 1] == []
