"""Branches of a real repository, judged by their base with the real commands: blocked or listed, never silent."""

import json
import re
import subprocess
import sys

import pytest

from program.offline.guard import file_changes
from program.project.definition import ROOT
from tests.program.cli.running import change, copy_of_the_project, run
from tests.program.offline.guard.test_tree import git
from tests.workflows import golden

REVIEWED = (".github", "Makefile", "requirements.txt", "requirements-dev.txt", "pyproject.toml", ".gitignore")
DATABASE, STACK = "program/service/components/database.py", "program/service/stack.py"
LIMITS = "policies/environments.yaml"


@pytest.fixture
def repository(tmp_path):
    """Return a repository with the project on main, and a branch to change."""
    project = copy_of_the_project(tmp_path)
    for name in REVIEWED:
        subprocess.run(["cp", "-R", ROOT / name, project / name], check=True)
    git(project, "init", "--quiet", "--initial-branch", "main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "base")
    git(project, "checkout", "--quiet", "-b", "change")
    return project


def against_main(project):
    """Return how the check against main ended, and its JSON."""
    done = run("check", "--against", "main", "--format", "json", root=project)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def blocking(result):
    return {
        finding["rule"]
        for stack in result["stacks"]
        for finding in stack["findings"]
        if finding["level"] == "mandatory" and finding["outcome"] in ("failed", "error", "undecided")
    }


def kinds(result):
    return {(change["effect"], change["kind"]) for change in result["guarded"]["changes"]}


def fails(result, kind):
    return [text for change in result["guarded"]["changes"] if change["kind"] == kind for text in change["fails"]]


def test_a_program_that_patches_the_pack_is_stopped(repository):
    change(repository, DATABASE, "storage_encrypted=True", "storage_encrypted=False")
    change(
        repository,
        STACK,
        "import pulumi\n",
        "import policies.judging\nimport policies.pack\nimport pulumi\n\n"
        "policies.judging._say = lambda *_, **__: None\npolicies.pack.RULES = ()\n",
    )

    code, result = against_main(repository)

    assert (code, blocking(result)) == (1, {"rds-encrypted"})


def test_a_rule_that_goes_with_what_it_forbids_is_listed(repository):
    change(repository, DATABASE, "storage_encrypted=True", "storage_encrypted=False")
    change(repository, "policies/rules/database.py", "RULES = (\n    ENCRYPTED,\n", "RULES = (\n")
    change(
        repository, "policies/known/service/rds.yaml", "{rule: rds-encrypted}", "{free: Whatever one likes is good.}"
    )

    code, result = against_main(repository)

    assert ("weakens", "rule removed") in kinds(result)
    assert [
        text for text in fails(result, "rule removed") if text.startswith("rds-encrypted: database-cluster in prod")
    ]
    assert (code, blocking(result)) == (0, set())


def test_a_check_that_always_passes_is_stopped_by_the_base(repository):
    change(repository, DATABASE, "storage_encrypted=True", "storage_encrypted=False")
    change(
        repository,
        "program/offline/judgement.py",
        "        outcomes = pack.judge([*recording.registrations, *recording.references])\n",
        "        outcomes = []\n",
    )

    code, result = against_main(repository)

    assert ("changes", "judging code changed") in kinds(result)
    assert (code, blocking(result)) == (1, {"rds-encrypted"})


def test_everything_that_lets_pass_more_is_listed_and_explains_what_it_lets_pass(repository):
    change(repository, LIMITS, "    lambdaMemory: [4096]\n", "    lambdaMemory: [1024, 4096]\n")
    change(repository, LIMITS, "    exemptionDays: 30\n", "    exemptionDays: 3000\n")
    change(repository, "stacks/Pulumi.prod.yaml", "lambdaMemory: 4096", "lambdaMemory: 1024")
    change(repository, ".github/CODEOWNERS", "@platform-security", "@somebody")
    change(repository, ".github/workflows/pull-request.yml", "run: make lint", "run: true")
    change(repository, "policies/exemptions.yaml", "exemptions: []", EXEMPTION)
    change(repository, "policies/drift-ignores.yaml", "ignores: []", IGNORE)

    code, result = against_main(repository)

    assert {
        ("weakens", "limit widened"),
        ("weakens", "exemption added"),
        ("weakens", "drift ignore added"),
        ("changes", "owners changed"),
        ("changes", "workflow changed"),
    } <= kinds(result)
    (explained,) = fails(result, "limit widened")
    assert explained.startswith("stack-settings: prod: parity:lambdaMemory is 1024; prod allows 4096")
    declared = {(each["resource"].rpartition("::")[2], each["property"]) for each in result["guarded"]["declared"]}
    assert declared == {("configuration", "lambda.memory"), ("lambda-app-function", "memorySize")}
    assert (code, result["guarded"]["problems"]) == (0, [])


EXEMPTION = """exemptions:
  - rule: rds-minor-upgrade
    resource: database-instance-9
    environment: dev
    reason: To be mended next week.
    owner: jo
    expires: 2026-12-31
"""
IGNORE = """ignores:
  - environment: dev
    type: aws:sns/topic:Topic
    name: monitoring-topic
    property: tags.Owner
    reason: The team's own tag, until it is in the code.
    owner: jo
    expires: 2026-12-31
"""


def test_reviewed_files_that_would_break_main_are_stopped_here(repository):
    change(repository, "policies/drift-ignores.yaml", "ignores: []", IGNORE.replace("2026-12-31", "9999-12-31"))

    recorded, base = repository / "recorded.json", repository.parent / "base"
    assert run("record", "--output", str(recorded), root=repository).returncode == 0
    git(repository, "worktree", "add", "--quiet", "--detach", str(base), "main")

    # As a workflow does it: the base's checkout judges, and reads the change's beside it.
    judging = ("judge", "--recorded", str(recorded), "--base", "HEAD", "--head", str(repository), "--format", "json")
    done = run(*judging, root=base)
    own = run("check", root=repository)

    (problem,) = json.loads(done.stdout)["guarded"]["problems"]
    assert (done.returncode, problem["file"]) == (1, "policies/drift-ignores.yaml")
    assert "expires on 9999-12-31, more than the 90 days ahead that dev allows" in problem["message"]
    assert own.returncode == 3
    assert problem["message"] in own.stderr


def declared(result):
    """Return what is told of the other stacks, and the names of what is told of the foundation, which carries them."""
    told = result["guarded"]["declared"]
    of_the_foundation = {each["resource"].rpartition("::")[2] for each in told if each["stacks"] == ["foundation/main"]}
    return [each for each in told if each["stacks"] != ["foundation/main"]], of_the_foundation


def test_an_honest_branch_is_green_and_calm(repository):
    change(repository, STACK, 'description=f"All data of', 'description=f"Every secret and all data of')
    second = (repository / "stacks" / "Pulumi.dev.yaml").read_text().replace("Suffix: main", "Suffix: two")
    (repository / "stacks" / "Pulumi.dev2.yaml").write_text(second)

    code, result = against_main(repository)

    assert code == 0
    assert result["guarded"]["changes"] == []
    told, of_the_foundation = declared(result)
    assert {(each["resource"].rpartition("::")[2], each["property"], *each["stacks"]) for each in told} == {
        ("tap-key", "description", "dev", "prod", "staging"),
        ("stack", "(resource)", "dev2"),
    }
    assert {"service-deploy-dev2-role", "github-service-deploy-dev2-environment"} <= of_the_foundation, (
        "another stack has roles and environments of its own"
    )


def test_a_deleted_stack_and_a_deleted_policy_are_told(repository):
    (repository / "stacks" / "Pulumi.staging.yaml").unlink()

    code, result = against_main(repository)

    assert ("weakens", "stack removed") in kinds(result)
    told, of_the_foundation = declared(result)
    assert [each["stacks"] for each in told] == [["staging"]]
    assert "service-deploy-staging-role" in of_the_foundation
    assert code == 0


def test_a_resource_that_is_gone_is_told_by_name_in_every_stack(repository):
    change(repository, "program/service/components/monitoring.py", "in _rotation_alarms():", "in ():")

    code, result = against_main(repository)

    gone = [each for each in result["guarded"]["declared"] if each["property"] == "(resource)"]
    assert {each["resource"].rpartition("::")[2] for each in gone} >= {"monitoring-rotation-errors"}
    assert all(set(each["stacks"]) == {"dev", "staging", "prod"} for each in gone)
    assert code == 1, "what every stack must have is missing"
    assert "known-resources" in blocking(result)


def test_a_component_that_is_gone_is_told_with_all_that_it_held(repository):
    file = repository / STACK
    before, _, rest = file.read_text().partition("        MonitoringComponent(\n")
    file.write_text(before + rest[rest.index("        manifest = stack_manifest(") :])

    code, result = against_main(repository)

    gone = {each["resource"].rpartition("::")[2] for each in result["guarded"]["declared"]}
    assert gone >= {"monitoring-topic", "monitoring-app-errors", "monitoring-rotation-errors"}
    assert code == 1


def test_the_text_says_first_what_is_done_to_the_guard(repository):
    change(repository, LIMITS, "    lambdaMemory: [4096]\n", "    lambdaMemory: [1024, 4096]\n")
    change(repository, "stacks/Pulumi.prod.yaml", "lambdaMemory: 4096", "lambdaMemory: 1024")
    base = git(repository, "rev-parse", "--short=10", "main")

    done = run("check", "--against", "main", root=repository)

    said = re.sub(r"yaml:\d+", "yaml:00", done.stdout.partition("\n Stack")[0].replace(base, "0123456789"))
    golden.check("weakened.txt", f"{said}\n")


def test_a_base_without_a_guard_is_told(repository):
    git(repository, "rm", "--quiet", "program/cli/judge.py", "program/cli/check.py")
    git(repository, "commit", "--quiet", "--message", "before the guard")
    git(repository, "branch", "--force", "main", "HEAD")
    git(repository, "checkout", "--quiet", "HEAD~1", "--", ".")

    code, result = against_main(repository)

    assert code == 0
    assert result["guarded"]["note"].startswith("the base has no guard yet")
    assert ("changes", "judging code changed") in kinds(result)


def test_judging_from_a_checkout_that_is_not_the_base_is_refused(repository):
    recorded = repository / "recorded.json"
    assert run("record", "--output", str(recorded), root=repository).returncode == 0
    change(repository, "policies/judging.py", "Nothing of this rule", "None of this rule")

    done = run("judge", "--recorded", str(recorded), "--base", "main", "--head", str(repository), root=repository)

    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("error: policies/judging.py is not as in ")


def test_a_grant_whose_known_condition_goes_with_it_is_listed_with_what_it_lets_pass(repository):
    known, program = "policies/known/service/kms.yaml", "program/service/key_policy.py"
    text = (repository / known).read_text()
    condition = re.search(r"\n +if:.*?kms:ViaService.*?\n(?= +- |\n)", text, re.DOTALL)
    assert condition, "known/kms.yaml no longer binds the key's use to services; mend the test"
    (repository / known).write_text(text.replace(condition[0], "\n", 1))
    code = (repository / program).read_text()
    (repository / program).write_text(re.sub(r'"kms:ViaService": [^\n]+', '"kms:ViaService": ["*"]', code, count=1))

    _, result = against_main(repository)

    removed = [change for change in result["guarded"]["changes"] if change["kind"] == "known entry removed"]
    assert removed
    assert all(change["effect"] == "changes" for change in removed)


_IMPORTED = """
import sys
import program.cli.judge, program.offline.analysis, program.offline.guard.judging, program.report.check_formats
print(*(module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)))
"""


def test_the_judge_imports_nothing_that_its_own_list_of_judging_code_leaves_out():
    done = subprocess.run([sys.executable, "-c", _IMPORTED], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = (f"{ROOT}/program", f"{ROOT}/policies")
    files = [file.removeprefix(f"{ROOT}/") for file in done.stdout.split() if file.startswith(ours)]

    left_out = [file for file in files if file_changes._JUDGED.fullmatch(file)]

    assert files
    assert left_out == [], "these judge, and a change of them is not listed: add them to file_changes"
