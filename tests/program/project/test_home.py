"""Where a stack's state is when nobody says: in the bucket of its foundation, once the stack file names a key of it."""

import pytest

from program.project.home import home_of, keyed_files, local_state
from tests.program.cli.running import change, copy_of_the_project

KEY = "secretsprovider: awskms://alias/prod-secrets-dev-key-main?region=us-east-1\n"
BUCKET = "s3://parity-state-111122223333?region=us-east-1"
FOUNDATION = "stacks/foundation/Pulumi.main.yaml"


@pytest.fixture
def root(tmp_path):
    return copy_of_the_project(tmp_path)


def with_a_key(root, name):
    path = root / f"stacks/{name}"
    path.write_text(KEY + path.read_text())


def a_second_foundation(root):
    """Let there be one more account, which prod's environment is in."""
    text = (root / FOUNDATION).read_text().replace("111122223333", "444455556666")
    (root / "stacks/foundation/Pulumi.second.yaml").write_text(text)
    for name, account in (("dev", "111122223333"), ("prod", "444455556666")):
        change(root, "policies/environments.yaml", f"\n  {name}:\n", f'\n  {name}:\n    account: "{account}"\n')


@pytest.mark.parametrize("name", ["dev", "network/dev", "foundation/main"])
def test_before_the_foundation_is_made_no_stack_has_a_home(root, name):
    assert home_of(name, root=root) is None


def test_a_stack_whose_file_names_a_key_is_at_home_in_the_bucket(root):
    with_a_key(root, "network/Pulumi.dev.yaml")

    assert home_of("network/dev", root=root) == BUCKET
    assert home_of("foundation/main", root=root) == BUCKET, "and so is what it stands on"
    assert home_of("dev", root=root) is None, "the others are where they were"


def test_a_stack_of_another_file_is_at_home_where_that_file_says(root, tmp_path):
    file = tmp_path / "review.yaml"
    file.write_text(KEY + (root / "stacks/Pulumi.dev.yaml").read_text())

    assert home_of("pr-7", file, root) == BUCKET


def test_of_two_foundations_a_stack_is_at_home_in_that_of_its_account(root):
    a_second_foundation(root)
    with_a_key(root, "Pulumi.prod.yaml")

    assert home_of("prod", root=root) == "s3://parity-state-444455556666?region=us-east-1"
    assert home_of("foundation/second", root=root) == "s3://parity-state-444455556666?region=us-east-1"
    assert home_of("foundation/main", root=root) is None


def test_an_environment_that_could_stand_on_either_has_no_home(root):
    a_second_foundation(root)
    with_a_key(root, "Pulumi.staging.yaml")

    assert home_of("staging", root=root) is None


def test_a_foundation_without_a_bucket_is_no_home(root):
    with_a_key(root, "Pulumi.dev.yaml")
    change(root, FOUNDATION, "  foundation:stateBucket: parity-state-111122223333\n", "")

    assert home_of("dev", root=root) is None


def test_without_any_foundation_there_is_no_home(root):
    with_a_key(root, "Pulumi.dev.yaml")
    (root / FOUNDATION).unlink()

    assert home_of("dev", root=root) is None


@pytest.mark.parametrize("text", ["a: [", "[]\n", "secretsprovider: passphrase\n"])
def test_a_file_that_names_no_key_of_aws_has_no_home(root, tmp_path, text):
    file = tmp_path / "other.yaml"
    file.write_text(text)

    assert home_of("dev", file, root) is None
    assert home_of("dev", tmp_path / "missing.yaml", root) is None


def test_a_foundation_whose_state_is_on_its_way_is_at_home_where_that_is(root):
    with_a_key(root, "Pulumi.dev.yaml")
    file = local_state("foundation/main", root)
    file.parent.mkdir(parents=True)
    file.write_text("{}")

    assert home_of("foundation/main", root=root) is None
    assert home_of("dev", root=root) == BUCKET, "every other stack stays where it is"


def test_the_files_with_a_key_of_a_foundation_are_those_of_its_account(root):
    a_second_foundation(root)
    for name in ("Pulumi.dev.yaml", "Pulumi.prod.yaml", "network/Pulumi.prod.yaml"):
        with_a_key(root, name)

    assert list(keyed_files("foundation/main", root)) == ["stacks/Pulumi.dev.yaml"]
    assert list(keyed_files("foundation/second", root)) == [
        "stacks/network/Pulumi.prod.yaml",
        "stacks/Pulumi.prod.yaml",
    ]
