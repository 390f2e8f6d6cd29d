"""`./parity` and what it offers a person: itself, versions, completion, one rule, two stacks."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from program.cli import __main__ as door
from program.cli import completing
from program.cli.failures import reasons_of, told_in
from program.errors import CouldNotRunError
from program.project.definition import ROOT
from tests.program.cli.running import change, copy_of_the_project, run


def invoked(*arguments):
    return CliRunner().invoke(door.cli, arguments)


@pytest.fixture
def clone(tmp_path):
    """A clone whose `make install` takes the environment that there is."""
    root = copy_of_the_project(tmp_path)
    (root / "parity").write_bytes((ROOT / "parity").read_bytes())
    (root / "parity").chmod(0o755)
    (root / "Makefile").write_text(f"install: .venv\n.venv:\n\t@ln -s {sys.prefix} .venv; echo installed\n")
    return root


def called(path, *arguments, **variables):
    return subprocess.run(
        [path, *arguments], env=os.environ | variables, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_command_sets_itself_up_and_runs_from_any_folder(clone, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    done = subprocess.run(
        [clone / "parity", "stacks"], cwd=elsewhere, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('{"include":[')
    assert "installed" in done.stderr, "what make says is talk"


def test_through_a_link_it_finds_its_clone(clone):
    (clone / "bin").mkdir()
    (clone / "bin" / "parity").symlink_to(clone / "parity")

    assert called(clone / "bin" / "parity", "stacks").returncode == 0


def test_what_can_not_be_set_up_is_no_traceback(clone):
    (clone / "Makefile").write_text("install:\n\t@echo no network >&2; exit 1\n")
    assert (called(clone / "parity", "stacks").returncode) == 3

    without_make = called(clone / "parity", "stacks", PATH=str(Path(sys.executable).parent))
    assert without_make.stderr.startswith("error: make is not on PATH")
    assert "Traceback" not in without_make.stderr


def test_the_version_names_the_commit_and_what_it_runs_on():
    assert re.fullmatch(
        r"parity \d+\.\d+\.\d+ \([0-9a-f]{10}\), Python 3\.\d+\.\d+, pulumi \S+, pulumi-aws \S+, pulumi-policy \S+\n",
        invoked("--version").output,
    )


@pytest.mark.parametrize("variables", [{"GIT_DIR": "/nowhere"}, {"PATH": ""}], ids=["no clone", "no git"])
def test_without_a_commit_the_version_is_its_number(monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert re.match(r"parity \d+\.\d+\.\d+, Python", invoked("--version").output)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_completion(shell):
    script = invoked("completion", shell).output

    assert "_PARITY_COMPLETE" in script
    assert "parity" in script


def completed(*arguments, incomplete=""):
    shell = ShellComplete(door.cli, {}, "parity", door.COMPLETION_VARIABLE)
    return [item.value for item in shell.get_completions(list(arguments), incomplete)]


def test_commands_stacks_and_rules_are_completed(monkeypatch):
    assert "check" in completed(incomplete="ch")
    assert completed("diff", incomplete="pr") == ["prod"]
    assert completed("check", "--stack", incomplete="st") == ["staging"]
    assert "rds-encrypted" in completed("explain", incomplete="rds-e")

    def broken(_root):
        raise CouldNotRunError("stacks/: rename it")

    monkeypatch.setattr("program.project.stackfile.stack_names", broken)
    assert completing.stacks_that_begin(None, None, "") == [], "completing says nothing of what is wrong"


def test_a_rule_is_explained():
    page = invoked("explain", "rds-encrypted").output

    assert page.startswith("rds-encrypted  critical\nThe database's storage must be encrypted.\n\nWhy: ")
    for line in ("Fix: Set storage_encrypted=True on the cluster.", "Accept: not for good; ", "Supports: PCI DSS"):
        assert line in page
    assert "Fails  database-cluster: storageEncrypted is false; it must be true\n" in page
    assert "    storageEncrypted: true\n" in page
    assert page.endswith("policies/RULES.md#rds-encrypted\n")


def test_what_no_policy_judges_is_explained_without_an_example():
    assert "Fails" not in invoked("explain", "program").output
    assert "Accept: for good, under accepted in" in invoked("explain", "iam-inline-policies").output


def test_what_no_policy_judges_is_explained_in_words():
    page = invoked("explain", "parity").output

    assert page.startswith("parity  high\nThe stacks must match, except for declared differences.\n")
    assert "Levels" not in page


def test_without_a_rule_all_are_listed():
    page = invoked("explain").output

    assert "rds-encrypted" in page
    assert "parity" in page


@pytest.mark.parametrize(
    ("rule", "hint"),
    [("rds-encryptd", "did you mean 'rds-encrypted'?"), ("\x1b[31mx", "`./parity explain` lists them")],
)
def test_an_unknown_rule_is_wrong_usage(rule, hint):
    done = invoked("explain", rule)

    assert done.exit_code == 2
    assert hint in done.stderr
    assert "\x1b" not in done.stderr


def test_two_stacks_are_shown_side_by_side():
    done = invoked("diff", "dev", "prod")

    assert done.exit_code == 0
    assert re.search(r"lambda-app-function memorySize +1024 +4096\n", done.output)
    assert re.search(r"freeable-memory threshold +429496729 \(410 MiB\) +1717986918 \(1638 MiB\)\n", done.output)
    assert done.output.endswith("dev and prod: 12 declared differences.\n")


def test_a_stack_is_not_compared_with_itself():
    done = invoked("diff", "dev", "dev")

    assert done.exit_code == 2
    assert "'dev' is given twice; give two stacks" in done.stderr


def test_what_is_not_declared_is_found_and_a_stack_without_settings_can_not_be_compared(tmp_path):
    root = copy_of_the_project(tmp_path)
    change(root, "policies/environments.yaml", "    property: memorySize\n", "    property: timeout\n")
    done = run("diff", "dev", "prod", root=root)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        1,
        "dev and prod: 12 declared differences, 1 undeclared difference.",
    )

    change(root, "stacks/Pulumi.dev.yaml", "lambdaMemory: 1024", "lambdaMemory: 4096")
    done = run("diff", "dev", "prod", root=root)
    assert done.returncode == 3
    assert done.stderr.startswith("error: stacks/Pulumi.dev.yaml:")


def test_two_stacks_of_which_one_has_no_settings_are_not_compared(monkeypatch):
    from program.offline import check as offline
    from tests.program.report.results import finding, result, stack

    problem = finding("stack-settings", "parity:lambdaMemory is lots", source="stacks/Pulumi.dev.yaml:8")
    monkeypatch.setattr(
        offline, "check", lambda *_, **__: result(stack("dev", problem, deployable=False), stack("prod"))
    )

    assert str(invoked("diff", "dev", "prod").exception) == "stacks/Pulumi.dev.yaml:8: parity:lambdaMemory is lots"


def test_two_stacks_that_are_equal_are_said_to_be():
    from program.report.terminal.differences import render_pair
    from tests.program.report.results import result, stack

    assert render_pair(result(stack("dev"), stack("prod")), ("dev", "prod")) == (
        "dev and prod are equal in every property.\n"
    )


def test_verbose_and_quiet_contradict_each_other():
    done = invoked("check", "--verbose", "--quiet")

    assert done.exit_code == 2
    assert "contradict each other" in done.stderr


def test_what_the_system_refuses_is_a_reason_too():
    assert reasons_of(PermissionError(13, "Permission denied", "/x")) == ["/x: Permission denied"]
    assert reasons_of(OSError("odd")) == ["the system: odd"]


def test_commands_are_in_groups_by_who_calls_them():
    shown = invoked("--help").output

    people, engine, workflows = (shown.index(f"{title}:") for title in door.GROUPS)
    assert people < shown.index("  check ") < engine < shown.index("  apply ") < workflows < shown.index("  gate ")


def failing_import():
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("broken", ROOT / "program" / "cli" / "__init__.py")
    module = module_from_spec(spec)
    exec(compile("import nothing.there", str(ROOT / "program" / "service" / "stack.py"), "exec"), vars(module))


def test_a_module_that_can_not_be_imported_is_told_by_its_line():
    with pytest.raises(ImportError) as caught:
        failing_import()

    assert reasons_of(caught.value) == [
        "program/service/stack.py:1: ModuleNotFoundError: No module named 'nothing'",
    ]


def test_a_bug_of_ours_has_no_reasons_and_json_all_the_same(capsys):
    with pytest.raises(ZeroDivisionError), told_in("json"):
        raise ZeroDivisionError("oh")

    assert "ZeroDivisionError: a bug of this tool; the job's log has the traceback" in capsys.readouterr().out


@pytest.mark.parametrize("format_", ["json", "markdown", "github", "sarif", "text"])
def test_what_keeps_a_check_from_running_is_said_in_the_format(capsys, format_):
    reason = "policies/environments.yaml:8: schemaVersion is 2; it should be 1"
    with pytest.raises(CouldNotRunError), told_in(format_):
        raise CouldNotRunError(f"{reason}\npolicies/x.yaml: is gone\nno place")

    said = capsys.readouterr().out
    assert said.startswith(
        {
            "json": '{\n  "schemaVersion": 1,\n  "ok": false,\n  "problems": [\n',
            "markdown": f"### ❌ The check could not run\n\n- {reason}\n",
            "github": "::error file=policies/environments.yaml,line=8,title=The check could not run::schema",
            "sarif": '{\n  "$schema"',
            "text": "",
        }[format_]
    )
    if format_ == "github":
        assert "\n::error file=policies/x.yaml,title=The check could not run::is gone\n" in said
        assert said.endswith("\n::error title=The check could not run::no place\n")


def test_a_judgement_without_a_recording_says_so(tmp_path):
    done = invoked("judge", "--recorded", str(tmp_path / "recorded.json"), "--base", "HEAD", "--format", "json")

    assert isinstance(done.exception, CouldNotRunError)
    assert "the job that makes it failed before it did" in done.stdout
    assert '"problems": [' in done.stdout
