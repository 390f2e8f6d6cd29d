"""The foundation against AWS's own models of the calls, and made in an account as moto knows AWS, in its order."""

import json
from dataclasses import replace

import boto3
import pytest
from botocore import xform_name
from google.protobuf import json_format
from moto import mock_aws

from tests.program.foundation import made
from tests.program.foundation.aws_requests import MADE_BY, requests
from tests.program.recorded import ACCOUNT, find, of_type
from tests.program.service.aws_requests import problems

MODES = ({}, {"dataProtection": "ephemeral"}, {"identityProvider": "existing"})


def aws(recording):
    return [item for item in recording.registrations if item.type.startswith("aws:")]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(mode.values()) or "as it is")
def test_every_call_is_one_that_aws_models_take(mode):
    found = {
        f"{item.name}: {operation}": said
        for item in aws(made.foundation(**mode))
        for service, operation, parameters in requests(item)
        if (said := problems(service, operation, parameters))
    }

    assert found == {}, "AWS would refuse the call"


def test_every_type_of_the_table_is_made():
    assert set(MADE_BY) <= {item.type for item in aws(made.foundation())}


@pytest.mark.parametrize(
    ("name", "prop", "value", "said"),
    [
        ("image-repository-us-east-2", "name", "Parity App", "not of the form"),
        ("image-repository-us-east-2", "imageTagMutability", "SOMETIMES", "none of"),
        ("service-deploy-dev-role", "name", "x" * 65, "more than 64"),
        ("service-deploy-dev-policy-1", "name", "a policy", "not of the form"),
        ("state-bucket-versions", "versioningConfiguration", {"status": "On"}, "none of"),
        ("state-bucket-ownership", "rule", {"objectOwnership": "Everybody"}, "none of"),
    ],
)
def test_what_aws_would_refuse_is_found(name, prop, value, said):
    item = find(made.foundation(), name)
    properties = json_format.ParseDict({**item.inputs, prop: value}, type(item.properties)())

    found = [each for call in requests(replace(item, properties=properties)) for each in problems(*call)]
    assert any(said in each for each in found), found


class Account:
    """The foundation in an account; `ids` has for each id that was simulated the one that the account gave."""

    def __init__(self):
        self.recording = made.foundation()
        self.ids = {}
        for item in aws(self.recording):
            for service, operation, parameters in requests(item):
                if operation == "ScheduleKeyDeletion":
                    continue  # what ends it
                client = self.client(service, item.inputs.get("region", made.REGION))
                answer = getattr(client, xform_name(operation))(**self.given(parameters))
                if operation == "CreateKey":
                    self.ids[item.outputs["id"]] = answer["KeyMetadata"]["KeyId"]

    def client(self, service, region=made.REGION):
        return boto3.client(service, region_name=region)

    def given(self, value):
        text = json.dumps(value)
        for simulated, chosen in self.ids.items():
            text = text.replace(simulated, chosen)
        return json.loads(text)

    def inputs(self, name):
        return self.given(find(self.recording, name).inputs)


@pytest.fixture(scope="module")
def account():
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
        yield Account()


def test_the_bucket_is_versioned_encrypted_and_closed(account):
    s3, name = account.client("s3"), {"Bucket": "parity-state"}
    (rule,) = s3.get_bucket_encryption(**name)["ServerSideEncryptionConfiguration"]["Rules"]
    key = find(account.recording, "state-bucket-key").outputs["arn"]

    assert s3.get_bucket_versioning(**name)["Status"] == "Enabled"
    assert rule["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": account.given(key),
    }
    assert all(s3.get_public_access_block(**name)["PublicAccessBlockConfiguration"].values())
    assert json.loads(s3.get_bucket_policy(**name)["Policy"]) == json.loads(
        account.inputs("state-bucket-policy")["policy"]
    )
    (owner,) = s3.get_bucket_ownership_controls(**name)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"


def test_every_key_turns_under_its_policy_and_name(account):
    kms = account.client("kms")
    aliases = {item["AliasName"]: item.get("TargetKeyId") for item in kms.list_aliases()["Aliases"]}

    for name in of_type(account.recording, "aws:kms/key:Key"):
        key = aliases[account.inputs(f"{name}-alias")["name"]]
        assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
        policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        assert json.loads(policy) == json.loads(account.inputs(name)["policy"])


def test_every_role_has_its_trust_its_boundary_and_its_policies(account):
    iam = account.client("iam")

    for role in made.roles(account.recording).values():
        found = iam.get_role(RoleName=role.name)["Role"]
        attached = iam.list_attached_role_policies(RoleName=role.name)["AttachedPolicies"]
        documents = [
            iam.get_policy_version(PolicyArn=item["PolicyArn"], VersionId="v1")["PolicyVersion"]["Document"]
            for item in sorted(attached, key=lambda item: item["PolicyArn"])
        ]
        assert found["AssumeRolePolicyDocument"] == json.loads(role.trust)
        assert documents == [account.given(json.loads(policy)) for policy in role.policies]
        boundary = found["PermissionsBoundary"]["PermissionsBoundaryArn"]
        limit = iam.get_policy_version(PolicyArn=boundary, VersionId="v1")["PolicyVersion"]["Document"]
        assert limit == json.loads(role.boundary)


def test_github_is_known_once(account):
    (provider,) = account.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]

    assert provider["Arn"].endswith(":oidc-provider/token.actions.githubusercontent.com")


@pytest.mark.parametrize("region", ["us-east-1", "us-east-2", "us-west-2"])
def test_the_image_has_a_repository_with_its_policy_in_each_region(account, region):
    ecr = account.client("ecr", region)
    (repository,) = ecr.describe_repositories()["repositories"]

    assert repository["repositoryName"] == "parity-app"
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    policy = ecr.get_repository_policy(repositoryName="parity-app")["policyText"]
    assert json.loads(policy) == json.loads(account.inputs(f"image-policy-{region}")["policy"])


def test_the_image_is_replicated_from_where_it_is_pushed_to(account):
    (rule,) = account.client("ecr", "us-east-2").describe_registry()["replicationConfiguration"]["rules"]

    assert rule["destinations"] == [
        {"region": "us-east-1", "registryId": ACCOUNT},
        {"region": "us-west-2", "registryId": ACCOUNT},
    ]
