"""The command line is a contract: exit codes, what is on stdout and stderr, one line for what is wrong."""

import json
import shutil

import pytest

from program.cli.__main__ import COMMANDS
from program.project.definition import NETWORK, PROJECTS, ROOT, SERVICE
from program.project.stackfile import REVIEW_TEMPLATE, stack_names
from tests.program.cli.running import change, copy_of_the_project, run


@pytest.fixture
def project(tmp_path):
    return copy_of_the_project(tmp_path)


def test_the_stacks_of_every_project_are_clean():
    done = run("check")

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"PASSED  {len(stack_names())} stacks of {len(PROJECTS)} projects" in done.stdout
    assert done.stderr.startswith("note: the rotation function is not packaged") or done.stderr == ""


def test_two_checks_print_the_same_bytes():
    assert run("check", "--format", "json").stdout == run("check", "--format", "json", "--jobs", "1").stdout


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_says_what_it_does(command):
    done = run(command, "--help")

    assert done.returncode == 0
    assert "Usage: ./parity" in done.stdout
    assert len(done.stdout.splitlines()) > 5


def test_the_list_of_commands_is_the_help_of_all():
    done = run("--help")

    assert done.returncode == 0
    assert all(summary.split(":")[0] in done.stdout for summary in COMMANDS.values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "--stack", "prd"), "there is no stack 'prd'; did you mean 'prod'?"),
        (("check", "--format", "xml"), "'xml' is not one of"),
        (("check", "--shard", "4/3"), "'4/3' is no shard; write i/n"),
        (("check", "--jobs", "0"), "0 is not in the range"),
        (("manifest", "prd"), "there is no stack 'prd'"),
        (("unknown",), "No such command 'unknown'"),
    ],
    ids=["stack", "format", "shard", "jobs", "manifest", "command"],
)
def test_wrong_usage_exits_with_2(arguments, words):
    done = run(*arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "policies/environments.yaml",
            "region: us-east-2",
            "regoin: us-east-2",
            "unknown key 'environments.dev.regoin'; did you mean 'region'?",
        ),
        ("policies/environments.yaml", "schemaVersion: 1", "schemaVersion: [", "not YAML"),
        ("policies/exemptions.yaml", "exemptions: []", "exemptions: 7", "exemptions is 7"),
    ],
    ids=["unknown key", "not YAML", "exemptions"],
)
def test_a_broken_reviewed_file_exits_with_3_and_one_line(project, file, old, new, words):
    change(project, file, old, new)

    done = run("check", root=project)

    assert done.returncode == 3
    assert words in done.stderr
    assert file in done.stderr
    assert "Traceback" not in done.stderr


def test_a_value_out_of_its_limits_is_a_finding_with_its_line(project):
    change(project, "stacks/Pulumi.dev.yaml", "lambdaMemory: 1024", "lambdaMemory: 4096")

    done = run("check", "--format", "json", root=project)

    stack = next(item for item in json.loads(done.stdout)["stacks"] if item["stack"] == "dev")
    assert done.returncode == 1
    assert [(finding["rule"], finding["level"], finding["resource"]) for finding in stack["findings"]] == [
        ("stack-settings", "mandatory", None)
    ]
    assert stack["findings"][0]["message"].startswith("parity:lambdaMemory is 4096; dev allows 1024")
    assert stack["findings"][0]["source"] == "stacks/Pulumi.dev.yaml:8"
    assert (stack["manifest"], stack["resources"]) == (None, [])


def found(done):
    """Return the findings that are not accepted, each with its stack."""
    stacks = json.loads(done.stdout)["stacks"]
    all_ = [(stack["stack"], finding) for stack in stacks for finding in stack["findings"]]
    return [(name, finding) for name, finding in all_ if finding["outcome"] != "exempt"]


def refused(done):
    """Return of which stack and rule they are, and where."""
    return [(name, finding["rule"], finding["source"]) for name, finding in found(done)]


def test_what_only_the_program_refuses_is_told_at_the_line_of_the_stack_file(project):
    file = "stacks/foundation/Pulumi.main.yaml"
    change(project, file, "config:\n", "config:\n  foundation:repositorySettings: existing\n")

    done = run("check", "--format", "json", root=project)

    assert done.returncode == 1
    assert refused(done) == [("foundation/main", "stack-settings", f"{file}:3")]


def test_a_fault_of_a_stack_file_that_names_its_environment_is_told_once(project):
    change(project, "stacks/Pulumi.prod.yaml", "lambdaMemory: 4096", "lambdaMemory: 8192")

    done = run("check", root=project)

    assert done.stdout.count("parity:lambdaMemory is 8192; prod allows") == 1
    assert done.stdout.count("stacks/Pulumi.prod.yaml:8  (prod, foundation/main)") == 1


def test_a_foundation_that_another_stacks_file_stops_is_told_at_that_file(project):
    file = "stacks/Pulumi.dev.yaml"
    change(project, file, "lambdaMemory: 1024", "lambdaMemory: 4096")

    done = run("check", "--format", "json", root=project)

    assert done.returncode == 1
    assert refused(done) == [(name, "stack-settings", f"{file}:8") for name in ("dev", "foundation/main")]


@pytest.fixture
def with_template(project):
    """Give a project that has what review stacks are made from."""
    file = project / REVIEW_TEMPLATE
    file.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / REVIEW_TEMPLATE, file)
    return project


def messages(done):
    return {(finding["source"], finding["message"]) for _, finding in found(done)}


def test_a_foundation_tells_what_is_wrong_in_every_file_and_as_the_file_s_own_stack_does(with_template):
    of_each = {"stacks/Pulumi.dev.yaml": 1024, "stacks/Pulumi.staging.yaml": 2048, REVIEW_TEMPLATE: 1024}
    for file, memory in of_each.items():
        change(with_template, file, f"lambdaMemory: {memory}", "lambdaMemory: {secure: v1:abc}")

    whole = run("check", "--format", "json", root=with_template)
    alone = run("check", "--stack", "foundation/main", "--format", "json", root=with_template)

    said = "parity:lambdaMemory is encrypted; only parity:alarmEmail may be, as all others are compared"
    files = ("stacks/Pulumi.dev.yaml:8", "stacks/Pulumi.staging.yaml:8", ".github/review-stack.yaml:9")
    assert messages(whole) == messages(alone) == {(file, said) for file in files}


def test_the_template_of_review_stacks_is_told_beside_a_stack_that_breaks_the_same_rule(with_template):
    for file, registry in (("stacks/Pulumi.staging.yaml", "us-west-2"), (REVIEW_TEMPLATE, "us-east-2")):
        change(with_template, file, f"111122223333.dkr.ecr.{registry}.amazonaws.com/", f"ghcr.io/of-{registry}/")

    done = run("check", "--format", "json", root=with_template)

    assert {stack for stack, _, _ in refused(done)} == {"staging", "pr-0", "foundation/main"}


def test_one_part_of_a_check_examines_the_template_of_review_stacks(with_template):
    change(with_template, REVIEW_TEMPLATE, "networking-stack/dev", "networking-stack/nope")

    parts = [run("check", "--shard", f"{part}/2", "--format", "json", root=with_template) for part in (1, 2)]

    first, second = ({name for name, _, _ in refused(part)} for part in parts)
    assert "pr-0" in first
    assert "pr-0" not in second


def test_a_changed_limit_fails_the_stack_that_breaks_it(project):
    change(project, "policies/environments.yaml", "errorThreshold: [10]", "errorThreshold: [11]")

    done = run("check", root=project)

    assert done.returncode == 1
    assert "parity:errorThreshold is 10; dev allows 11" in " ".join(done.stdout.split())


def line_of(project, text):
    lines = (project / "program/service/components/database.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_a_changed_property_of_a_component_names_rule_resource_place_and_remedy(project):
    change(project, "program/service/components/database.py", "storage_encrypted=True", "storage_encrypted=False")

    done = run("check", root=project)

    words = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "FAILED rds-encrypted" in words
    assert f"program/service/components/database.py:{line_of(project, 'storage_encrypted=False')}" in words
    assert words.endswith(f"database.py:{line_of(project, 'storage_encrypted=False')})."), "the last line names it"
    assert "database-cluster" in words
    assert "storageEncrypted is false; it must be true" in words
    assert "fix: Set storage_encrypted=True on the cluster." in words


def test_a_property_of_one_stack_alone_is_found_and_named(project):
    change(
        project,
        "program/service/components/database.py",
        "copy_tags_to_snapshot=True,\n                performance",
        "copy_tags_to_snapshot=True,\n                ca_cert_identifier=None"
        ' if args.instances == 1 else "rds-ca-rsa4096-g1",\n                performance',
    )

    done = run("check", "--format", "json", root=project)

    comparison = json.loads(done.stdout)["comparison"]
    assert done.returncode == 1
    assert comparison["match"] is False
    assert [difference for difference in comparison["differences"] if not difference["declared"]] == [
        {
            "resource": "aws:rds/clusterInstance:ClusterInstance::database-instance-0",
            "property": "caCertIdentifier",
            "values": {"dev": None, "prod": "rds-ca-rsa4096-g1", "staging": None},
            "declared": False,
        }
    ]
    assert run("compare", root=project).returncode == 1


def test_a_stack_that_stops_the_program_is_a_finding_and_no_traceback(project):
    change(project, "program/service/components/lambda_.py", 'description="The app.",', "description=1 // 0,")

    done = run("check", "--format", "json", root=project)

    findings = [finding for stack in json.loads(done.stdout)["stacks"] for finding in stack["findings"]]
    assert done.returncode == 1
    assert {finding["rule"] for finding in findings if finding["outcome"] != "exempt"} == {"program"}
    findings = [finding for finding in findings if finding["rule"] == "program"]
    assert findings[0]["message"].startswith("the program stopped: ZeroDivisionError")
    assert findings[0]["source"].startswith("program/service/components/lambda_.py:")
    assert "Traceback" not in done.stderr


def test_one_stack_alone_is_judged_and_compared_alone():
    done = run("check", "--stack", "prod", "--format", "json")

    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert [stack["stack"] for stack in result["stacks"]] == ["prod"]
    assert list(result["comparison"]["baselineHash"]) == ["prod"]
    assert result["comparison"]["differences"] == []


def test_shards_hold_every_stack_once():
    shards = [json.loads(run("check", "--shard", f"{i}/2", "--format", "json").stdout) for i in (1, 2)]

    assert sorted(stack["stack"] for shard in shards for stack in shard["stacks"]) == sorted(stack_names())


def test_the_manifest_is_canonical_and_the_same_in_every_stack_but_for_what_is_declared():
    manifests = {stack: json.loads(run("manifest", stack).stdout) for stack in ("dev", "prod", "staging")}

    assert len({manifest["baselineHash"] for manifest in manifests.values()}) == 1
    assert len({manifest["resourcesHash"] for manifest in manifests.values()}) == 1
    assert len({manifest["configHash"] for manifest in manifests.values()}) == 3


def test_a_stack_without_a_manifest_says_why_on_stderr(project):
    change(project, "stacks/Pulumi.dev.yaml", "lambdaMemory: 1024", "lambdaMemory: lots")

    done = run("manifest", "dev", root=project)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("stacks/Pulumi.dev.yaml:8: parity:lambdaMemory is")


def test_the_stacks_are_a_matrix():
    done = run("stacks")

    assert done.returncode == 0
    assert json.loads(done.stdout)["include"][0] == {
        "stack": "dev",
        "id": "dev",
        "environment": "dev",
        "region": "us-east-2",
    }


def test_a_matrix_of_a_stack_that_is_wrong_exits_with_1(project):
    # The foundation is deployed by a person.
    deployed = stack_names(ROOT, SERVICE, NETWORK)
    change(project, "stacks/Pulumi.dev.yaml", "region: us-east-2", "region: nowhere")

    done = run("stacks", root=project)

    assert done.returncode == 1
    assert [row["stack"] for row in json.loads(done.stdout)["include"]] == list(deployed[1:])
    assert done.stderr.startswith("stacks/Pulumi.dev.yaml:3: ")


def test_a_new_environment_is_a_stack_file_its_networks_and_a_block_of_limits(project):
    for folder in ("stacks", "stacks/network"):
        text = (project / folder / "Pulumi.staging.yaml").read_text()
        (project / folder / "Pulumi.qa.yaml").write_text(text.replace("staging", "qa"))
    limits = (project / "policies/environments.yaml").read_text()
    block = limits[limits.index("  staging:") : limits.index("  prod:")].replace("staging:", "qa:")
    change(project, "policies/environments.yaml", "  prod:\n", block + "  prod:\n")

    done = run("check", "--stack", "qa", "--stack", "staging", root=project)

    assert done.returncode == 0, done.stdout
    assert "PASSED  2 stacks" in done.stdout


def test_two_stacks_that_claim_one_name_are_both_refused(project):
    text = (project / "stacks/Pulumi.dev.yaml").read_text()
    (project / "stacks/Pulumi.twin.yaml").write_text(text)

    done = run("check", root=project)

    assert done.returncode == 1
    assert "is claimed by twin too" in " ".join(done.stdout.split())
    assert "is claimed by dev too" in " ".join(done.stdout.split())


def test_no_stack_at_all_exits_with_3(project):
    shutil.rmtree(project / "stacks")
    (project / "stacks").mkdir()

    done = run("check", root=project)

    assert done.returncode == 3
    assert "stacks/ holds no Pulumi.<stack>.yaml" in done.stderr


def test_exemptions_of_a_commit_that_is_not_there_exit_with_3(project):
    done = run("check", "--exemptions-from", "no-such-branch", root=project)

    assert done.returncode == 3
    assert done.stderr.startswith("error: there is no commit 'no-such-branch' here")


def test_the_suffix_of_the_environment_is_in_the_manifest_as_a_placeholder():
    plain, copy = (json.loads(run("manifest", "dev", **v).stdout) for v in ({}, {"ENVIRONMENT_SUFFIX": "copy7"}))

    assert plain["resourcesHash"] == copy["resourcesHash"]
