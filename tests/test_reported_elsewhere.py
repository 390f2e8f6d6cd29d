"""What people who run AWS by code reported elsewhere, and the tests that show what happens here.

Each row says what was done, what is right, where it was reported (`repository#number`), and which tests show it:
`path::test`, a class of tests as `path::Class::test`. A row without tests would be a promise.
"""

import ast
from dataclasses import dataclass

import pytest

from program.project.definition import ROOT

REFUSES = "tests/engine/test_aws_refuses.py"
LIVE = "tests/engine/test_live_drift.py"
ROWS_OF_LIVE = "tests/program/engine/test_live_properties.py::test_each_row_has_the_verdict_that_is_right"
FORESEEN = "tests/program/engine/test_foreseen.py"
ADVICE = "tests/program/engine/test_advice.py"
CHANGES = "tests/program/engine/test_changes.py"
HOSTILE = "tests/program/cli/test_hostile_check.py"
SCALARS = "tests/program/offline/test_scalars.py"


@dataclass(frozen=True)
class Reported:
    """One report: what was done, what is right, where, and the tests that show it."""

    done: str
    right: str
    where: tuple[str, ...]
    tests: tuple[str, ...]


REPORTS = {
    1: Reported(
        done="By hand, in the cloud: a rule of a group, a policy of a role, other code, another master secret.",
        right="Drifted, by resource and property, though the engine calls each the same; judged as it is live.",
        where=(
            *("terraform-provider-aws#2599", "terraform-provider-aws#41092"),
            *("pulumi-aws#906", "pulumi#16072"),
        ),
        tests=(
            f"{LIVE}::test_what_only_outputs_tell_has_drifted_and_is_judged",
            f"{LIVE}::test_what_changes_by_itself_or_is_read_back_otherwise_has_not_drifted",
            ROWS_OF_LIVE,
        ),
    ),
    2: Reported(
        done="One word of a group's description is changed, while the database uses the group.",
        right="Replacing it under a fixed name is refused at the preview; a parameter group's name has its family.",
        where=("pulumi-aws#4220", "terraform-provider-aws#1671"),
        tests=(
            f"{REFUSES}::test_a_group_in_use_under_a_fixed_name_is_not_replaced",
            f"{FORESEEN}::TestAGroup::test_in_use_is_not_deleted_before_its_successor_is_there",
        ),
    ),
    3: Reported(
        done="The engine's major version is raised in the limits and the stack files.",
        right="Refused until the limits allow it by name; then one reviewed change does it.",
        where=("terraform-aws-rds-aurora#353", "sst#6261"),
        tests=(
            f"{REFUSES}::test_a_major_upgrade_is_one_change_once_it_is_allowed",
            f"{REFUSES}::test_a_minor_upgrade_is_one_change_of_the_version",
        ),
    ),
    4: Reported(
        done="AWS collects the bootstrap version of the secret.",
        right="Its end is expected; nothing is put again, also where somebody's refresh took it out of the state.",
        where=(
            "terraform-aws-secrets-manager#24",
            "terraform-aws-secrets-manager#26",
        ),
        tests=(
            f"{REFUSES}::test_the_bootstrap_version_of_the_secret_ends_and_never_comes_back",
            f"{FORESEEN}::TestTheBootstrapVersion::test_is_not_put_again_when_the_secret_rotates",
        ),
    ),
    5: Reported(
        done="A stack stands on another environment's network, in zones of another region, or takes a foreign image.",
        right="Refused offline; a deployed stack that would move is refused at the preview.",
        where=("boundless#1661", "serverless#10969"),
        tests=(
            f"{HOSTILE}::test_a_setting_that_moves_something_elsewhere_is_stopped",
            f"{REFUSES}::test_a_deployed_stack_does_not_move_to_another_network",
        ),
    ),
    6: Reported(
        done="The engine's version is lowered; or AWS raised it.",
        right="Lower than what runs is refused; drift to a higher one says to raise the version in all stacks.",
        where=(
            *("terraform-aws-rds-aurora#228", "pulumi-aws#5756"),
            "terraform-provider-aws#49396",
        ),
        tests=(
            f"{REFUSES}::test_a_cluster_that_aws_upgraded_is_not_taken_back_and_the_way_on_is_told",
            f"{FORESEEN}::TestTheEngine::test_goes_to_no_lower_version",
            f"{ADVICE}::test_an_upgrade_by_aws_is_adopted_in_all_stacks",
        ),
    ),
    7: Reported(
        done="environmentSuffix is 12e5, 0123 or 0x1f, without quotes.",
        right="The check says to quote it; a plan under other names than the declared ones is refused.",
        where=("pulumi#4295", "pulumi#11518", "pulumi-yaml#561"),
        tests=(
            f"{SCALARS}::test_an_unquoted_value_is_a_finding_that_says_quote_it",
            f"{FORESEEN}::TestANameThatIsPlanned::test_is_the_declared_one",
        ),
    ),
    8: Reported(
        done="One parameter is added by hand.",
        right="One line, which says that it was added; no finding about another parameter.",
        where=("terraform-provider-aws#18035", "terraform-provider-aws#36419"),
        tests=(
            f"{CHANGES}::TestProperties::test_one_parameter_more_is_one_line",
            f"{LIVE}::test_what_only_outputs_tell_has_drifted_and_is_judged",
        ),
    ),
    9: Reported(
        done="The project is cloned with core.autocrlf=true.",
        right="The same bytes and hashes; a file with other line ends is refused by name.",
        where=("terraform-provider-archive#34",),
        tests=(
            "tests/program/test_line_ends.py::test_a_clone_with_autocrlf_has_the_same_bytes_and_hashes",
            "tests/program/test_line_ends.py::test_a_file_that_an_editor_gave_other_line_ends_is_refused_by_name",
        ),
    ),
    10: Reported(
        done="There are more stacks than GitHub takes rows in a matrix.",
        right="They come in parts that fit, and are one report.",
        where=("aicr#1171",),
        tests=(
            "tests/program/test_many_stacks.py::test_scope_gives_a_part_to_each_call_of_a_workflow",
            "tests/program/test_many_stacks.py::test_the_shards_of_a_check_and_the_records_of_all_jobs_are_one_report",
        ),
    ),
    11: Reported(
        done="AWS reads a value back otherwise, for ever.",
        right="A known quirk: data with its source, for every environment and without an end.",
        where=("terraform-aws-rds-cluster#150",),
        tests=(
            f"{LIVE}::test_what_changes_by_itself_or_is_read_back_otherwise_has_not_drifted",
            "tests/program/engine/test_live_properties.py::test_every_noise_is_shown",
        ),
    ),
    12: Reported(
        done="A change is applied while the cloud has drifted in another property.",
        right="The apply says whether it asked the cloud.",
        where=("digger#281",),
        tests=("tests/program/engine/test_apply.py::test_an_apply_says_whether_it_asked_the_cloud",),
    ),
    13: Reported(
        done="Nobody confirms the e-mail subscription, and AWS drops it.",
        right="The cause is told.",
        where=("terraform-provider-aws#7782",),
        tests=(f"{ADVICE}::test_a_subscription_that_nobody_confirmed_is_told_so",),
    ),
    14: Reported(
        done="The engine's version is 15.10, without quotes.",
        right="The check says to quote it.",
        where=("pulumi-yaml#452",),
        tests=(f"{SCALARS}::test_an_unquoted_value_is_a_finding_that_says_quote_it",),
    ),
}


def _tests_in(path):
    """Return the names of a file's tests, those of classes with the class before them."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{item.name}" for item in node.body if isinstance(item, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("number", REPORTS)
def test_each_report_is_shown_by_tests_that_are_there(number):
    missing = []
    for place in REPORTS[number].tests:
        path, _, name = place.partition("::")
        missing += [] if name in _tests_in(path) else [place]

    assert missing == [], "name the tests that show it now"
    assert REPORTS[number].tests
    assert REPORTS[number].where
