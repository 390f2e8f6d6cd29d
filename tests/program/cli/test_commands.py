"""The commands in this process: what they hand on, and what ends them."""

import dataclasses
import io
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import policies.exemptions
import program.offline.check
import program.offline.stacks
import program.service.packaging
from policies.drift_ignores import load_ignores
from policies.limits import load_limits
from policies.schema import ReviewedFileError
from program.cli import __main__ as door
from program.cli import options
from program.cli.failures import reasons_of
from program.cli.progress import Progress
from program.errors import CouldNotRunError
from program.project.definition import ROOT
from program.project.stackfile import stack_names
from tests.program.report.results import clean, finding, result, stack, violating


class Stream(io.StringIO):
    def __init__(self, *, terminal):
        super().__init__()
        self._terminal = terminal

    def isatty(self):
        return self._terminal


def test_a_terminal_is_told_how_far_the_check_is_and_then_cleared():
    stream = Stream(terminal=True)
    with Progress(2, stream) as progress:
        progress.done("dev")

    assert "checking 2 stacks ..." in stream.getvalue()
    assert "checked 1 of 2: dev" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_one_stack_is_one():
    stream = Stream(terminal=True)
    with Progress(1, stream):
        assert stream.getvalue().endswith("checking 1 stack ...")


def test_a_log_is_told_nothing():
    stream = Stream(terminal=False)
    with Progress(2, stream) as progress:
        progress.done("dev")

    assert stream.getvalue() == ""


# The service's stacks, then those of the other projects.
EVERY = stack_names()


@pytest.fixture
def asked(monkeypatch):
    """What a command asks the check for; the check answers with `answer`."""
    seen = {"answer": clean()}

    def check(names, _limits, *, done, **wanted):
        seen.update(wanted, names=names)
        done("dev")
        return seen["answer"]

    monkeypatch.setattr(program.offline.check, "check", check)
    return seen


def run(*arguments):
    return CliRunner().invoke(door.cli, list(arguments))


def test_all_stacks_are_asked_for_unless_some_are_named(asked):
    assert run("check", "--jobs", "3").exit_code == 0
    assert (asked["names"], asked["jobs"], asked["complete"]) == (EVERY, 3, True)

    assert run("check", "--stack", "prod", "--stack", "dev", "--stack", "prod").exit_code == 0
    assert (asked["names"], asked["complete"]) == (("dev", "prod"), False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ignores: [", "drift-ignores.yaml"),
        (
            "ignores:\n  - {environment: qa, type: t, name: n, property: p, reason: It is being mended., owner: jo,"
            " expires: 2027-01-31}\n",
            "policies/drift-ignores.yaml: t n: p: there is no environment 'qa'; known: dev, prod, staging",
        ),
    ],
    ids=["broken", "of no environment"],
)
def test_drift_ignores_that_the_nightly_check_would_stop_at_stop_this_one(asked, monkeypatch, tmp_path, text, said):
    file = tmp_path / "drift-ignores.yaml"
    file.write_text(text)
    monkeypatch.setattr("program.cli.options.load_ignores", lambda: load_ignores(file))

    done = run("check")

    assert said in "\n".join(reasons_of(done.exception))
    assert "names" not in asked


@pytest.mark.parametrize(
    ("shard", "names", "whole", "first"),
    [
        ("1/1", EVERY, True, True),
        ("1/auto", EVERY, True, True),
        ("1/2", EVERY[::2], False, True),
        ("2/2", EVERY[1::2], False, False),
        ("99/99", (), False, False),
    ],
)
def test_a_shard_is_every_nth_stack_and_complete_where_it_is_the_only_one(asked, shard, names, whole, first):
    assert run("check", "--shard", shard).exit_code == 0
    assert (asked["names"], asked["complete"]) == (names, whole)
    assert asked["template"] is first, "the first part has the template of review stacks, and no other"


def test_a_part_that_is_none_of_them_is_wrong_usage(asked):
    done = run("check", "--shard", "2/auto")

    assert done.exit_code == 2
    assert f"--shard 2/auto is none: {len(EVERY)} stacks are 1 in all" in done.output
    assert "names" not in asked


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "-1/2", "1/2/3", "/", "0/auto", "auto/auto"])
def test_what_is_no_shard_is_wrong_usage(shard):
    done = run("check", "--shard", shard)

    assert done.exit_code == 2
    assert "is no shard; write i/n" in done.output


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "sarif", "github"])
def test_findings_end_every_format_with_1(asked, format_):
    asked["answer"] = violating()

    assert run("check", "--format", format_).exit_code == 1


@pytest.mark.parametrize(("answer", "code"), [(clean(), 0), (violating(), 1)], ids=["same", "different"])
def test_a_comparison_asks_for_no_policies_and_ends_as_it_finds(asked, answer, code):
    asked["answer"] = answer
    done = run("compare", "--format", "markdown")

    assert (done.exit_code, asked["packs"]) == (code, None)
    assert "Policies" not in done.output


def test_a_manifest_is_printed_in_canonical_json(asked):
    asked["answer"] = result(stack("dev"))

    assert run("manifest", "dev").stdout == '{"schemaVersion":1}\n'


def test_a_stack_without_a_manifest_says_why(asked):
    asked["answer"] = violating()
    done = run("manifest", "dev")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "stacks/Pulumi.dev.yaml:8: parity:lambdaMemory is 4096; dev allows 1024\n"


def test_an_unknown_stack_is_named_as_it_was_given():
    assert "Invalid value for STACK: there is no stack 'stagin'; did you mean 'staging'?" in run(
        "manifest", "stagin"
    ).stderr.replace("\n", " ")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository whose only commit has an exemptions file, changed since."""
    file = tmp_path / options.EXEMPTIONS
    file.parent.mkdir()
    file.write_text("exemptions: []  # of the base\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "base"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    file.write_text("exemptions: []  # of the change\n")
    monkeypatch.setattr(options, "ROOT", tmp_path)
    monkeypatch.delenv(options.EXEMPTIONS_VARIABLE, raising=False)
    return monkeypatch


def exemptions():
    file = os.environ.get(policies.exemptions.EXEMPTIONS_VARIABLE)
    return file and Path(file).read_text()


@pytest.mark.usefixtures("repository")
def test_a_change_cannot_exempt_itself():
    with options.exemptions_from("HEAD"):
        assert exemptions() == "exemptions: []  # of the base\n"
    assert exemptions() is None


def test_a_file_that_was_chosen_before_is_chosen_again_after(repository, tmp_path):
    repository.setenv(options.EXEMPTIONS_VARIABLE, str(tmp_path / options.EXEMPTIONS))

    with options.exemptions_from("HEAD"):
        assert exemptions() == "exemptions: []  # of the base\n"
    assert exemptions() == "exemptions: []  # of the change\n"


@pytest.mark.usefixtures("repository")
def test_without_a_reference_the_files_own_exemptions_hold():
    with options.exemptions_from(None):
        assert exemptions() is None


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("reference", ["no-such-branch", "--output=x", "HEAD --", "", ":0", "HEAD^{tree}"])
def test_a_reference_to_no_commit_stops_the_check(reference):
    with pytest.raises(CouldNotRunError, match="there is no commit"), options.exemptions_from(reference):
        pytest.fail("there is no such commit")


def ended_with(monkeypatch, error):
    def stop(**_options):
        raise error

    monkeypatch.setattr(door, "cli", stop)
    with pytest.raises(SystemExit) as ended:
        door.main()
    return ended.value.code


def test_an_expected_failure_is_a_line_for_each_reason(monkeypatch, capsys):
    assert ended_with(monkeypatch, CouldNotRunError("a.yaml:1: no\nb.yaml:2: no")) == 3
    assert capsys.readouterr().err == "error: a.yaml:1: no\nerror: b.yaml:2: no\n"


def test_a_bug_of_ours_is_no_finding(monkeypatch, capsys):
    assert ended_with(monkeypatch, ZeroDivisionError("of ours")) == 3
    assert "ZeroDivisionError: of ours" in capsys.readouterr().err


def test_an_interrupted_command_ends_as_a_shell_expects(monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(program.offline.check, "check", interrupted)

    assert run("check").exit_code == 130


def test_a_letter_that_the_terminal_lacks_stops_nothing(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    monkeypatch.setattr(door, "cli", lambda **_options: click.echo("…us-east-1…"))

    door.main()
    sys.stdout.flush()

    assert written.getvalue() == rb"\u2026us-east-1\u2026" + b"\n"


def test_the_help_names_every_command_and_the_exit_codes():
    shown = " ".join(run("--help").output.split())

    assert all(f" {name} {about}" in shown for name, about in door.COMMANDS.items())
    assert "Exit codes: 0 clean, 1 findings or differences, 2 wrong usage, 3 could not run." in shown


def test_a_shell_that_completes_is_told_every_command():
    assert door.cli.list_commands(click.Context(door.cli)) == list(door.COMMANDS)


def test_an_unknown_command_is_wrong_usage():
    assert run("chek").exit_code == 2


def test_a_project_without_stacks_cannot_be_checked(monkeypatch):
    monkeypatch.setattr(options, "stack_names", lambda _root: ())

    with pytest.raises(CouldNotRunError, match="add one stack file per stack"):
        options.chosen_stacks(())


def test_every_problem_of_a_reviewed_file_is_a_reason_of_its_own():
    problems = ["environments.yaml:2: schemaVersion stands there twice", "environments.yaml:3: unknown key"]

    assert reasons_of(ReviewedFileError(problems)) == problems


def test_a_stack_that_cannot_be_deployed_is_not_in_the_matrix_and_said_to_be_missing(monkeypatch):
    good, bad = program.offline.stacks.read_stacks(("dev", "prod"), load_limits())
    problem = finding("stack-settings", "parity:lambdaMemory is lots", stack="prod")
    answer = [good, dataclasses.replace(bad, settings=None, findings=(problem,))]
    monkeypatch.setattr(program.offline.stacks, "read_stacks", lambda _names, _limits: answer)

    done = run("stacks")

    assert done.exit_code == 1
    assert done.stdout == '{"include":[{"stack":"dev","id":"dev","environment":"dev","region":"us-east-2"}]}\n'
    assert done.stderr == "stacks/Pulumi.prod.yaml:1: parity:lambdaMemory is lots\n"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("packaged", [True, False])
def test_a_rotation_that_is_not_packaged_is_said_beside_the_result(monkeypatch, tmp_path, packaged):
    monkeypatch.setattr(program.service.packaging, "archive", lambda folder, _build: tmp_path if packaged else folder)
    done = run("check", "--verbose")

    assert ("the rotation function is not packaged" in done.stderr) is not packaged
    assert "not packaged" not in done.stdout
    assert "not packaged" not in run("check").output, "a note that changes nothing is for those who ask"


def test_streams_that_have_no_encoding_are_taken_as_they_are(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(door, "cli", lambda **_options: click.echo("…"))

    door.main()

    assert stream.getvalue() == "…\n"


@pytest.mark.parametrize(
    ("file", "place"),
    [
        (str(ROOT / "program" / "service" / "stack.py"), "program/service/stack.py"),
        ("/elsewhere/module.py", "module.py"),
        (None, ""),
    ],
)
def test_code_that_is_no_python_is_one_line_with_its_place(monkeypatch, capsys, file, place):
    def broken(**_):
        raise SyntaxError("invalid syntax", (file, 7, 1, "", 7, 2))

    monkeypatch.setattr(door, "cli", broken)

    with pytest.raises(SystemExit) as ended:
        door.main()

    assert ended.value.code == 3
    assert capsys.readouterr().err == f"error: {place}:7: invalid syntax\n"
