"""What is wrong with the foundation's settings, or with a stack's that it carries, is a line before all is made."""

import json

import pytest

from policies.limits import limits
from program.errors import SettingsError
from program.foundation.members import members
from program.foundation.settings import Reviewers, Settings
from program.foundation.validation import validate
from program.project.definition import ROOT
from tests.program.cli.running import change, copy_of_the_project, run
from tests.program.recorded import config_of

FOUNDATION = "stacks/foundation/Pulumi.main.yaml"
DEV = "stacks/Pulumi.dev.yaml"
ECR = "111122223333.dkr.ecr.us-east-2.amazonaws.com"
FINDINGS, COULD_NOT_RUN = 1, 3


def problems(**changes):
    keys = {f"foundation:{key}" if ":" not in key else key: value for key, value in changes.items()}
    try:
        validate(Settings.parse({**config_of("foundation/main"), **keys}, {}), limits())
    except SettingsError as error:
        return [problem.text for problem in error.problems]
    return []


def test_the_settings_of_the_stack_file_are_good():
    assert problems() == []


WRONG = {
    "account": ({"account": "1111"}, "foundation:account is '1111'; it must be the twelve digits of an account"),
    "account in another script": ({"account": "\u0661" * 12}, "it must be the twelve digits of an account"),
    "repository in another script": ({"repository": "\u044f"}, "it must be up to 100 letters, digits"),
    "owner": ({"github:owner": "-octo"}, "github:owner is '-octo'; it must be a user or an organisation of GitHub"),
    "repository": ({"repository": "octo/parity"}, "foundation:repository is 'octo/parity'; it must be up to 100"),
    "number": ({"repositoryId": "0"}, "foundation:repositoryId is '0'; it must be a number of GitHub's, in quotes"),
    "subject": ({"tokenSubject": "octo/parity"}, "tokenSubject is 'octo/parity'; it must be repo:<owner>/<repository>"),
    "another's subject": (
        {"tokenSubject": "repo:evil/parity"},
        "no job of it would be let in: it must be repo:octo/",
    ),
    "half of the ids": (
        {"tokenSubject": "repo:octo@1/parity"},
        "with ids it must be repo:octo@<the owner's>/parity@",
    ),
    "another id": ({"tokenSubject": "repo:octo@1/parity@2"}, "parity@100000000"),
    "bucket": ({"stateBucket": "My.Bucket"}, "stateBucket is 'My.Bucket'; it must be 3 to 63 lower-case letters"),
    "reserved bucket": ({"stateBucket": "xn--state"}, "S3 keeps names that begin with xn--"),
    "image": ({"imageRepository": "Parity App"}, "imageRepository is 'Parity App'; it must be lower-case words"),
    "image's region": ({"imageRegion": "Ohio"}, "imageRegion is 'Ohio'; it must be an AWS region such as us-east-1"),
    "region": ({"aws:region": "eu-west-1"}, "aws:region is eu-west-1; prod allows us-east-1"),
    "environment": (
        {"environment": "prd"},
        "foundation:environment is 'prd', which policies/environments.yaml ",
    ),
    "repository's own": ({"repositorySettings": "no"}, "repositorySettings is 'no'; it must be make or existing"),
    "provider": ({"identityProvider": "yes"}, "identityProvider is 'yes'; it must be make or existing"),
    "review": ({"reviewStacks": "sometimes"}, "reviewStacks is 'sometimes'; it must be \"off\" (in quotes), label or"),
    "protection": ({"dataProtection": "some"}, "dataProtection is 'some'; it must be ephemeral or protected"),
    "feature": ({"features": '["attestation"]'}, "it takes attestations, codeScanning, publishPage; did you mean"),
    "reviewer": ({"reviewers": '["prod @octo/team"]'}, "has 'prod @octo/team'; an entry is <environment> team <id>"),
    "reviewers of nobody": ({"reviewers": '["staging team 1"]'}, "names nobody for prod"),
    "reviewers' environment": (
        {"reviewers": '["staging team 1", "prd team 1", "prod team 1"]'},
        "policies/environments.yaml doesn't know the environment prd; did you mean",
    ),
    "too many reviewers": (
        {"reviewers": json.dumps(["staging team 1", *(f"prod user {number}" for number in range(1, 8))])},
        "has more than 6 for prod",
    ),
    "a token": ({"github:token": "ghp_x"}, "github:token is a credential, which no stack file may hold"),
    "another address": (
        {"github:baseUrl": "https://evil.example"},
        "of these keys a stack file may have aws:region and github:owner and aws:allowedAccountIds alone",
    ),
    "unknown": ({"stateBuckets": "x"}, "unknown key 'foundation:stateBuckets'"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_one_line(changes, said):
    found = problems(**changes)

    assert any(said in message for message in found), found
    assert all("\n" not in message for message in found)
    assert "ghp_x" not in str(found)


def test_an_account_that_is_not_its_environments_is_told():
    known = limits()
    other = known.model_copy(
        update={
            "environments": {
                name: block.model_copy(update={"account": "444455556666"}) for name, block in known.environments.items()
            }
        }
    )

    with pytest.raises(SettingsError, match="says that prod lives in 444455556666: correct one of them"):
        validate(Settings.parse(config_of("foundation/main"), {}), other)


def test_reviewers_are_read_by_environment():
    config = {**config_of("foundation/main"), "foundation:reviewers": '["prod user 7", "prod team 2", "prod team 1"]'}

    found = Settings.parse(config, {}).reviewers_by_environment

    assert found == {"prod": Reviewers(teams=(1, 2), users=(7,))}
    assert not Reviewers()


def test_a_subject_with_the_right_ids_is_good():
    assert problems(tokenSubject="repo:octo@7/parity@100000000") == []


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project" / ".github").mkdir(parents=True)
    return copy_of_the_project(tmp_path / "project")


OF_OTHERS = {
    "suffix": ("Suffix: main", "Suffix: pr-main", 5, "parity:environmentSuffix is pr-main; suffixes that begin"),
    "settings": ("lambdaMemory: 1024", "lambdaMemory: 4096", 8, "parity:lambdaMemory is 4096"),
    "image": (ECR, "ghcr.io", 6, "parity:dockerImageUri is of ghcr.io, which is no registry of ECR"),
    "file": ("config:", "configuration:", 1, "config is missing"),
}


@pytest.mark.parametrize(("old", "new", "line", "said"), OF_OTHERS.values(), ids=OF_OTHERS)
def test_a_stack_that_cant_be_carried_stops_the_foundation_with_its_place(project, old, new, line, said):
    change(project, DEV, old, new)

    done = run("check", "--stack", "foundation/main", "--format", "json", root=project)

    assert done.returncode == FINDINGS, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    (stack,) = json.loads(done.stdout)["stacks"]
    found = [(each["rule"], each["source"], each["message"]) for each in stack["findings"]]
    assert any(
        (rule, source) == ("stack-settings", f"{DEV}:{line}") and text.startswith(said) for rule, source, text in found
    ), found


def test_rights_say_the_same_and_print_nothing(project):
    change(project, DEV, "lambdaMemory: 1024", "lambdaMemory: 4096")

    done = run("rights", root=project)

    assert (done.returncode, done.stdout) == (COULD_NOT_RUN, "")
    assert f"error: {DEV}:8: parity:lambdaMemory is 4096" in done.stderr


def test_stacks_of_another_account_are_left_out_and_an_account_without_any_is_told(project):
    where = "policies/environments.yaml"
    other = '    account: "444455556666"'
    change(project, where, "    region: us-west-2", f"    region: us-west-2\n{other}")

    done = run("rights", root=project)
    assert done.returncode == 0, done.stderr
    roles = json.loads(done.stdout)["foundation/main"]["roles"]
    assert not any("staging" in role for role in roles)
    assert "dev-parity-deploy-main" in roles

    change(project, where, "    region: us-east-2", f"    region: us-east-2\n{other}")
    change(project, FOUNDATION, '"111122223333"', '"777788889999"')
    change(project, where, "    region: us-east-1", '    region: us-east-1\n    account: "777788889999"')
    done = run("rights", root=project)
    assert done.returncode == 0, done.stderr
    assert sorted(
        role for role in json.loads(done.stdout)["foundation/main"]["roles"] if "-parity-deploy-" in role
    ) == ["prod-parity-deploy-main"]


def test_a_role_whose_name_is_too_long_for_iam_is_told(project):
    change(project, "Pulumi.yaml", "name: parity\n", f"name: {'x' * 60}\n")
    for stack in ("dev", "staging", "prod"):
        change(project, f"stacks/Pulumi.{stack}.yaml", "  parity:", f"  {'x' * 60}:")

    done = run("rights", root=project)

    assert done.returncode == COULD_NOT_RUN
    assert "characters; IAM takes 64: shorten the project's name in Pulumi.yaml" in done.stderr


def test_a_prefix_of_the_project_is_in_every_name(project):
    change(project, DEV, "  parity:environmentSuffix", "  parity:namePrefix: orders\n  parity:environmentSuffix")

    done = run("rights", root=project)

    assert done.returncode == 0, done.stderr
    policies = json.dumps(json.loads(done.stdout)["foundation/main"]["roles"]["dev-parity-deploy-main"])
    assert ":role/dev-orders-app-role-main" in policies
    assert ":role/dev-app-role-main" not in policies


def test_a_project_without_a_foundation_is_told_so(project):
    (project / FOUNDATION).unlink()

    done = run("rights", root=project)

    assert done.returncode == COULD_NOT_RUN
    assert f"stacks/foundation/ has no stack; the foundation of an account is {FOUNDATION}" in done.stderr


def test_the_same_rights_are_the_same_bytes():
    first, second = run("rights"), run("rights")

    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout


def of_two_foundations(root, first, second):
    """Return what is wrong with two foundations of one repository, by what each sets of it."""
    for name, mode in (("main", first), ("second", second)):
        text = (ROOT / "stacks/foundation/Pulumi.main.yaml").read_text()
        file = root / f"stacks/foundation/Pulumi.{name}.yaml"
        file.write_text(f"{text}  foundation:repositorySettings: {mode}\n")
    try:
        members(Settings.parse(config_of("foundation/main"), {}), limits(), root)
    except SettingsError as error:
        return [problem.text for problem in error.problems]
    return []


MAIN, OTHER = "stacks/foundation/Pulumi.main.yaml", "stacks/foundation/Pulumi.second.yaml"
ONE = "foundation:repositorySettings must be make in one stack file of the foundation, and existing in the others"


def test_one_foundation_sets_what_the_repository_has_once(tmp_path):
    root = copy_of_the_project(tmp_path)

    assert of_two_foundations(root, "make", "existing") == []
    assert of_two_foundations(root, "make", "make") == [f"{MAIN} and {OTHER} set what octo/parity has once; {ONE}"]
    assert of_two_foundations(root, "existing", "existing") == [
        f"none of {MAIN}, {OTHER} sets what octo/parity has once; {ONE}"
    ]
