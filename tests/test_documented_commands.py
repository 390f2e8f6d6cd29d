"""Every command that the documents tell people to type is run by a test: which one, says the table."""

import ast
import re

import boto3
import pytest
from moto import mock_aws

from program.project.definition import ROOT
from tests.aws_cli import asked
from tests.documented import commands, documented

DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", ".github/SETTING-UP.md", ".github/ADOPTING.md"),
    *(".github/OPERATING.md", ".github/RECOVERING.md", ".github/RUNBOOKS.md"),
)
FIRST_DAY = (
    "tests/engine/test_first_day.py::test_from_an_empty_folder_to_the_first_pull_request_by_the_commands_of_the_guide"
)
ENGINE, RECOVER = "tests/engine", "tests/engine/test_recover.py"
FIRST_DAY = (
    f"{ENGINE}/test_first_day.py::test_from_an_empty_folder_to_the_first_pull_request_by_the_commands_of_the_guide"
)
LIFE = f"{ENGINE}/test_life.py::test_a_stack_is_previewed_applied_found_unchanged_and_clean_and_destroyed_to_nothing"
RECOVERY = f"{RECOVER}::test_what_a_first_deployment_made_without_knowing_is_adopted_and_nothing_is_left_over"
DAMAGED = f"{RECOVER}::test_a_state_that_is_damaged_is_told_with_the_way_back_which_works"
GONE = f"{RECOVER}::test_a_cloud_in_which_nothing_of_the_stack_is_says_whose_it_is_not"
FRESH = "tests/test_makefile.py::test_in_a_fresh_clone_check_sets_itself_up_and_says_what_readme_says"
TARGETS = "tests/test_makefile.py::test_a_target_calls_its_tools_in_order"
# By the whole command, the test that runs it.
RUN_BY = {
    r"git (clone|checkout|add|commit) .+": FIRST_DAY,
    r"gh pr create --fill": FIRST_DAY,
    r"\./parity init --name orders --repository octo/orders --owners .+": FIRST_DAY,
    r"\./parity bootstrap": FIRST_DAY,
    r"\./parity tools --install --write": FIRST_DAY,
    r'\./parity (preview|apply) "network/\$name" --bundle "build/\$name"': FIRST_DAY,
    r"gh workflow run image\.yml": "tests/workflows/test_act_offline.py::"
    "test_an_image_is_pushed_once_and_proposed_for_every_stack",
    r"gh workflow run drift\.yml": "tests/workflows/test_act_drift.py::"
    "test_drift_is_reported_followed_mended_and_closed",
    r"\./parity destroy network/dev --confirm network/dev": FIRST_DAY,
    r"\./parity destroy foundation/main --confirm foundation/main": f"{ENGINE}/test_taking_down.py::"
    "test_a_foundation_is_taken_down_once_nothing_stands_on_it_and_goes_on_after_a_failure",
    r"\./parity init --name orders --owners .+": "tests/program/cli/test_init.py::"
    "test_every_file_that_has_the_name_gets_the_new_one",
    r"make (check|install)": FRESH,
    r"make develop": "tests/test_makefile.py::test_develop_adds_what_the_tests_need_once",
    r"make help": "tests/test_makefile.py::test_help_says_a_line_for_each_target",
    r"make test": "tests/test_makefile.py::"
    "test_test_runs_the_tests_that_it_is_given_and_a_few_are_not_all_that_must_be_covered",
    r"make (lint|engine|pictures|docs)": TARGETS,
    r"\.venv/bin/python -m tests\.program\.foundation\.inventory_source": "tests/test_adopting.py::"
    "test_the_guides_queue_passes_the_check_and_its_four_files_are_all_that_is_written_by_hand",
    r"pulumi preview --stack dev --policy-pack policies": "tests/engine/test_preview.py::"
    "test_the_preview_of_every_stack_keeps_every_mandatory_policy",
    r"\./parity package": "tests/program/cli/test_package_command.py::"
    "test_the_command_builds_with_the_kept_bundle_and_prints_the_path_alone",
    r"\./parity (preview|apply) dev --bundle build/dev": LIFE,
    r"\./parity drift dev": LIFE,
    r"\./parity provisioned dev": "tests/program/engine/test_provisioned.py::test_ends_well_after_the_first_rotation",
    r"\./parity drift dev --wait 900": "tests/engine/test_recover.py::"
    "test_an_update_that_runs_is_named_and_waited_for_and_nobody_advises_to_break_it",
    r"\./parity recover dev( --yes --unlock --bundle build/recovered)?": RECOVERY,
    r"\./parity apply dev --bundle build/recovered": RECOVERY,
    r"pulumi stack import --stack dev --file BACKUP": RECOVERY,
    r"pulumi state repair --stack dev --yes": DAMAGED,
    r"\./parity destroy dev --confirm dev": GONE,
    r"\./parity check": FRESH,
    r"\./parity bootstrap foundation/second": f"{ENGINE}/test_two_accounts.py::"
    "test_each_account_has_its_foundation_with_the_states_and_the_keys_of_its_own_stacks",
    r"aws s3api (list-object-versions|copy-object) .+": f"{ENGINE}/test_runbooks.py::"
    "test_a_lost_state_comes_back_from_the_versions_of_the_bucket",
    r"aws rds create-db-cluster-snapshot .+": "tests/test_documented_commands.py::"
    "test_a_snapshot_is_taken_before_an_upgrade_by_the_command_of_the_guide",
    r"\./parity (preview|apply) prod --bundle build/prod": f"{ENGINE}/test_runbooks.py::"
    "test_data_that_is_to_stay_is_protected_in_place_and_outlives_a_destroy",
    r"aws rds (copy|delete)-db-cluster-snapshot .+": "tests/test_documented_commands.py::"
    "test_a_final_snapshot_gets_another_name_by_the_commands_of_the_guide",
}


def told() -> list[tuple[str, str]]:
    return [(name, command) for name in DOCUMENTS for command in documented((ROOT / name).read_text())]


def rows_of(command: str) -> list[str]:
    return [pattern for pattern in RUN_BY if re.fullmatch(pattern, command)]


def _tests_in(path: str) -> set[str]:
    """Return the tests of the file, whether they stand in a class or not."""
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_each_document_has_its_commands_read():
    without = [name for name in DOCUMENTS if not documented((ROOT / name).read_text())]

    assert not without, f"no command is found in {without}; write them in ```sh, or four spaces in"


def test_every_command_of_the_documents_is_run_by_a_test():
    missing = [f"{name}: {command}" for name, command in told() if not rows_of(command)]

    assert not missing, "no test runs these; write one, and give it a row in RUN_BY:\n" + "\n".join(missing)


def test_no_row_is_about_a_command_that_nobody_is_told():
    stale = RUN_BY.keys() - {pattern for _, command in told() for pattern in rows_of(command)}

    assert not stale, f"no document has a command like {sorted(stale)}; remove the rows from RUN_BY"


@pytest.mark.parametrize("test", sorted(set(RUN_BY.values())))
def test_the_test_of_each_row_is_there(test):
    path, _, name = test.partition("::")

    assert name in _tests_in(path), f"{path} has no {name}; name in RUN_BY the test that runs the command"


def rds_with_a_cluster(name: str):
    rds = boto3.client("rds", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="m", MasterUserPassword="of-the-tests"
    )
    return rds


def snapshots(rds) -> list[str]:
    found = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    return [each["DBClusterSnapshotIdentifier"] for each in found]


@mock_aws
def test_a_snapshot_is_taken_before_an_upgrade_by_the_command_of_the_guide():
    rds = rds_with_a_cluster("of-the-tests")
    (command,) = (each for each in documented((ROOT / ".github/RUNBOOKS.md").read_text()) if "create-db" in each)

    asked(rds, command, CLUSTER="of-the-tests")

    assert snapshots(rds) == ["of-the-tests-before"]


@mock_aws
def test_a_final_snapshot_gets_another_name_by_the_commands_of_the_guide():
    cluster, snapshot = "of-the-tests", "dev-db-final-snapshot-main"
    rds = rds_with_a_cluster(cluster)
    rds.create_db_cluster_snapshot(DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=snapshot)
    text = (ROOT / ".github/RECOVERING.md").read_text()

    for command in (each for each in documented(text) if each.startswith("aws rds ")):
        asked(rds, command, NAME=snapshot)

    assert snapshots(rds) == [f"{snapshot}-1"], "the name is free again, and nothing is lost"


def test_a_command_in_a_loop_or_beside_another_is_a_command():
    block = "for name in a b; do\n./parity preview $name && ./parity apply $name\ndone\nmake check"

    assert commands(block) == ["./parity preview $name", "./parity apply $name", "make check"]


def test_what_stands_four_spaces_in_and_is_no_command_is_none():
    text = "    cli/   the commands\n\n    make check   # the main job\n\n```text\n    make nothing\n```\n"

    assert documented(text) == ["make check"]
