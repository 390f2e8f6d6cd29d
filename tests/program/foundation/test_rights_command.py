"""`rights` writes every policy of an account, or says in one line what stands in the way."""

import json
import re
import shlex

import boto3
import pytest
from moto import mock_aws

from program.foundation.settings import FILE
from program.project.definition import ROOT
from tests.program.cli.running import change, copy_of_the_project, run

COULD_NOT_RUN = 3
GUIDE = (ROOT / ".github" / "SETTING-UP.md").read_text()
DEV = "stacks/Pulumi.dev.yaml"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files that the command writes for the project as it is."""
    folder = tmp_path_factory.mktemp("rights")
    done = run("rights", "--output", str(folder))
    assert done.returncode == 0, done.stderr
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.json")}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project" / ".github").mkdir(parents=True)
    folder = copy_of_the_project(tmp_path / "project")
    for name in (FILE, ".github/review-stack.yaml"):
        (folder / name).write_text((ROOT / name).read_text())
    return folder


def test_every_role_of_every_stack_is_written_with_its_trust_and_its_boundary(written):
    roles = {path.split("/")[1] for path in written if path.startswith("roles/")}
    stacks = [
        f"{name}-parity-{kind}-main" for name in ("dev", "staging", "prod") for kind in ("preview", "drift", "deploy")
    ]

    assert roles == {*stacks, "dev-parity-review", "parity-image"}
    assert all(f"roles/{role}/trust.json" in written and f"roles/{role}/policy-1.json" in written for role in roles)
    assert {path for path in written if path.startswith("boundaries/")} == {
        "boundaries/parity-workflows-boundary.json",
        "boundaries/dev-parity-review-boundary.json",
        *(f"boundaries/{name}-parity-boundary-main.json" for name in ("dev", "staging", "prod")),
    }


def test_the_same_files_have_the_same_bytes(written, tmp_path):
    run("rights", "--output", str(tmp_path))

    assert {path: (tmp_path / path).read_text() for path in written} == written


def test_the_paths_can_be_listed_alone(written, tmp_path):
    done = run("rights", "--list", "--output", str(tmp_path / "nothing"))

    assert done.stdout.splitlines() == sorted(written)
    assert not (tmp_path / "nothing").exists()


def test_iam_takes_every_policy_role_and_boundary(written, monkeypatch):
    """As moto knows IAM; the guide makes them in this order."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        iam = boto3.client("iam", region_name="us-east-1")
        made = {}
        for path, text in written.items():
            if path.startswith("boundaries/"):
                name = path.removeprefix("boundaries/").removesuffix(".json")
                made[name] = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
        for path, text in written.items():
            if path.endswith("/trust.json"):
                iam.create_role(
                    RoleName=path.split("/")[1],
                    AssumeRolePolicyDocument=text,
                    PermissionsBoundary=made["parity-workflows-boundary"],
                    MaxSessionDuration=7200,
                )
        for path, text in written.items():
            if "/policy-" in path:
                role = path.split("/")[1]
                name = f"{role}-{path.split('/')[2].removesuffix('.json')}"
                policy = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
                iam.attach_role_policy(RoleName=role, PolicyArn=policy)
        attached = iam.list_attached_role_policies(RoleName="prod-parity-deploy-main")["AttachedPolicies"]

    assert len(attached) == len([path for path in written if path.startswith("roles/prod-parity-deploy-main/policy-")])


def test_lambda_pulls_the_image_for_the_apps_functions_alone(written):
    (statement,) = json.loads(written["image-repository.json"])["Statement"]

    functions = statement["Condition"]["ArnLike"]["aws:SourceArn"]
    assert [arn.rpartition(":")[2] for arn in functions] == [
        "prod-app-function-main",
        "dev-app-function-main",
        "dev-app-function-pr-*",
        "staging-app-function-main",
    ]


ECR = "111122223333.dkr.ecr.us-east-2.amazonaws.com"
# What is wrong: in which file, what stands there, what stands there instead, and what is said of it.
WRONG = {
    "account": (FILE, 'account: "111122223333"', 'account: "1111"', "account is '1111'; it should match"),
    "repository": (FILE, "octo/parity\n  # gh", "octo\n  # gh", "repository.name is 'octo'"),
    "number": (FILE, '"100000000"', "100000000", "repository.id is 100000000; it should be a valid string"),
    "subject": (FILE, "repo:octo/parity", "octo/parity", "repository.subject is 'octo/parity'"),
    "key": (FILE, "bucketKey: 0", "bucketKey: alias/", "state.bucketKey is 'alias/"),
    "unknown key": (FILE, "bucketKey:", "buckteKey:", "did you mean 'bucketKey'?"),
    "environment": (FILE, "    staging: 0", "    qa: 0", "no key for the environment staging (found: dev, prod, qa)"),
    "yaml": (FILE, "schemaVersion: 1", "schemaVersion: [", "foundation.yaml:6: not YAML"),
    "suffix": (DEV, "Suffix: main", "Suffix: pr-main", f"{DEV}:5: parity:environmentSuffix is pr-main"),
    "settings": (DEV, "lambdaMemory: 1024", "lambdaMemory: 4096", f"{DEV}:"),
    "image": (DEV, ECR, "ghcr.io", "is no registry of ECR"),
}


@pytest.mark.parametrize(("file", "old", "new", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_a_line_before_anything_is_written(project, file, old, new, said):
    change(project, file, old, new)

    done = run("rights", "--output", "out", root=project)

    assert done.returncode == COULD_NOT_RUN
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert not (project / "out").exists()


def test_stacks_of_another_account_are_left_out_and_an_account_without_any_is_told(project):
    change(
        project,
        "policies/environments.yaml",
        "    region: us-west-2",
        '    region: us-west-2\n    account: "444455556666"',
    )

    done = run("rights", "--list", root=project)
    assert "staging" not in done.stdout
    assert "roles/dev-parity-deploy-main/trust.json" in done.stdout

    for region in ("us-east-2", "us-east-1"):
        change(
            project,
            "policies/environments.yaml",
            f"    region: {region}",
            f'    region: {region}\n    account: "444455556666"',
        )
    done = run("rights", "--list", root=project)
    assert done.returncode == COULD_NOT_RUN
    assert "in which no stack lives" in done.stderr


def test_a_project_without_the_file_is_told_so(project):
    (project / FILE).unlink()

    done = run("rights", root=project)

    assert done.returncode == COULD_NOT_RUN
    assert "foundation.yaml: the file does not exist" in done.stderr


def test_a_folder_with_other_files_is_refused(tmp_path):
    other = tmp_path / "roles" / "admin" / "trust.json"
    other.parent.mkdir(parents=True)
    other.write_text("{}")

    done = run("rights", "--output", str(tmp_path))

    assert done.returncode == COULD_NOT_RUN
    assert "roles/admin/trust.json is no policy of these stacks; remove it" in done.stderr
    assert [path for path in tmp_path.rglob("*.json") if path != other] == []


def test_the_guide_names_files_that_the_command_writes(written):
    named = set(re.findall(r"file://build/rights/([\w-]+\.json)", GUIDE))

    assert named == {path for path in written if "/" not in path}


def test_the_guides_commands_can_be_read_by_a_shell():
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL):
        assert shlex.split(block, comments=True)


def test_a_role_whose_name_is_too_long_for_iam_is_told(project):
    change(project, "Pulumi.yaml", "name: parity\n", f"name: {'x' * 60}\n")
    for file in (*(f"stacks/Pulumi.{stack}.yaml" for stack in ("dev", "staging", "prod")), ".github/review-stack.yaml"):
        change(project, file, "  parity:", f"  {'x' * 60}:")

    done = run("rights", "--list", root=project)

    assert done.returncode == COULD_NOT_RUN
    assert "characters; IAM takes 64: shorten the project's name in Pulumi.yaml" in done.stderr


def test_a_prefix_of_the_project_is_in_every_name(project):
    change(project, DEV, "  parity:environmentSuffix", "  parity:namePrefix: orders\n  parity:environmentSuffix")

    done = run("rights", "--output", "out", root=project)

    assert done.returncode == 0, done.stderr
    policy = (project / "out/roles/dev-parity-deploy-main/policy-1.json").read_text()
    assert ":role/dev-orders-app-role-main" in policy
    assert ":role/dev-app-role-main" not in policy
