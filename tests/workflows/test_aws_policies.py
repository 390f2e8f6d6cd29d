"""The policies of the guide let the roles do what the program needs, and are scoped as far as AWS lets them be."""

import json
import re

import pytest

from program.offline.stackfile import ROOT, stack_names
from tests.program.recorded import recorded
from tests.workflows.aws_actions import ACTIONS

FOLDER = ROOT / ".github" / "aws"
GUIDE = (ROOT / ".github" / "SETTING-UP.md").read_text()
POLICIES = sorted(path.name for path in FOLDER.glob("*.json"))
# What is attached to a role.
OF_ROLES = sorted(set(POLICIES) - {"trust.json", "state-bucket.json", "state-key.json", "image-repository.json"})
DEPLOYS = ("deploy-functions.json", "deploy-data.json")
# AWS has no resource to scope these by.
WITHOUT_RESOURCE = {
    *("cloudwatch:DescribeAlarms", "ecr:GetAuthorizationToken", "kms:CreateKey", "kms:ListAliases"),
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"),
    *("ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs"),
    *("logs:DescribeLogGroups", "rds:DescribeGlobalClusters", "secretsmanager:ListSecrets", "tag:GetResources"),
}
# These have ids that nobody chooses: they are scoped by tags, or by how they came about.
WITHOUT_NAME = ("key/*", "security-group/*", "security-group-rule/*", "vpc/*")
NAMED = re.compile(r"\$\{(ENVIRONMENT|STACK|STATE_BUCKET|STATE_KEY_ID)\}|repository/parity-app$|rds!cluster-")
LONGEST_POLICY = 6144
PLACEHOLDERS = {
    *("ACCOUNT_ID", "ENVIRONMENT", "GITHUB_ENVIRONMENT", "OWNER", "REGION", "REPOSITORY", "STACK", "STATE_BUCKET"),
    *("STATE_KEY_ID", "STATE_REGION", "SUFFIX"),
}
READS = re.compile(r"^[a-z0-9]+:(Describe|Get|List|Decrypt)")


def statements(name):
    return json.loads((FOLDER / name).read_text())["Statement"]


def as_list(value):
    return value if isinstance(value, list) else [value]


def allowed(*names):
    return {action for name in names for statement in statements(name) for action in as_list(statement["Action"])}


def types():
    """Return every type of AWS that any stack makes, with an address for alarms too."""
    recordings = [recorded(stack, alarmEmail="ops@example.com") for stack in stack_names()]
    found = {resource.type for recording in recordings for resource in recording.registrations}
    return {type_ for type_ in found if type_.startswith("aws:")}


def test_every_type_that_the_program_makes_has_its_actions():
    assert types() == set(ACTIONS), "mend tests/workflows/aws_actions.py, then .github/aws"


@pytest.mark.parametrize("type_", sorted(ACTIONS))
def test_the_role_that_deploys_may_make_and_read_every_type(type_):
    actions = ACTIONS[type_]

    assert set(actions.change) <= allowed(*DEPLOYS)
    assert set(actions.read) <= allowed("read.json")


def test_the_role_that_looks_for_drift_reads_and_nothing_else():
    assert all(READS.match(action) for action in allowed("read.json", "state-read.json") - {"s3:ListBucket"})


def test_the_role_of_previews_reads_the_state_and_nothing_else():
    assert allowed("state-read.json") == {"s3:ListBucket", "s3:GetObject", "kms:Decrypt"}


@pytest.mark.parametrize("name", POLICIES)
def test_every_file_is_a_policy_with_named_statements(name):
    policy = json.loads((FOLDER / name).read_text())

    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert policy["Version"] == "2012-10-17"
    assert len(set(sids)) == len(sids)
    assert len("".join(json.dumps(policy).split())) <= LONGEST_POLICY
    assert set(re.findall(r"\$\{(.+?)\}", json.dumps(policy))) <= PLACEHOLDERS


@pytest.mark.parametrize("name", OF_ROLES)
def test_no_statement_of_a_role_takes_more_than_it_has_to(name):
    for statement in statements(name):
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        sid, condition = statement["Sid"], statement.get("Condition")
        assert statement["Effect"] == "Allow", sid
        assert not any("*" in action for action in actions), sid
        if "*" in resources:
            assert set(actions) <= WITHOUT_RESOURCE, sid
        if any(resource.endswith(WITHOUT_NAME) for resource in resources) and "vpc/*" not in resources[0]:
            assert condition, f"{sid} is scoped by nothing"
        for resource in resources:
            assert resource == "*" or resource.endswith(WITHOUT_NAME) or NAMED.search(resource), f"{sid}: {resource}"


def test_a_role_is_taken_on_by_one_environment_of_one_repository():
    (statement,) = statements("trust.json")

    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:${OWNER}/${REPOSITORY}:environment:${GITHUB_ENVIRONMENT}",
        }
    }


def test_a_role_can_be_given_only_to_the_services_that_the_program_gives_one_to():
    (statement,) = [each for name in DEPLOYS for each in statements(name) if "iam:PassRole" in as_list(each["Action"])]
    trusted = {
        principal["Service"]
        for stack in stack_names()
        for resource in recorded(stack).registrations
        if resource.type == "aws:iam/role:Role"
        for principal in [each["Principal"] for each in json.loads(resource.inputs["assumeRolePolicy"])["Statement"]]
    }

    assert set(statement["Condition"]["StringEquals"]["iam:PassedToService"]) == trusted


def test_a_stack_writes_no_other_stacks_state():
    (written, _) = statements("state-write.json")

    assert all(re.search(r"/\$\{STACK\}(/|\.)\*$", resource) for resource in written["Resource"])


@pytest.mark.parametrize("name", POLICIES)
def test_the_guide_says_what_each_file_is_for(name):
    assert f"[{name}](aws/{name})" in GUIDE


def test_the_guide_links_to_files_that_are_there():
    for link in re.findall(r"\]\(([^)#:]+)\)", GUIDE):
        assert (ROOT / ".github" / link).exists(), link


@pytest.mark.parametrize("placeholder", sorted(PLACEHOLDERS))
def test_the_guide_explains_every_placeholder(placeholder):
    assert f"`{placeholder}`" in GUIDE
