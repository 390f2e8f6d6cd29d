"""The three commands as a workflow calls them: files in, a report on stdout or on GitHub, an exit code."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from program.cli.comment import comment
from program.cli.drift_issue import drift_issue
from program.cli.report import _now, report
from program.engine.records import written
from program.errors import CouldNotRunError
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from program.report.check_formats import render
from program.report.pull_request.figures import parse
from tests.program.github.server import LocalGitHub
from tests.program.github.state import pull_request, run
from tests.program.report.results import violating
from tests.program.report.samples import (
    FUNCTION,
    change,
    checked_stack,
    clean,
    drift,
    preview,
    prop,
    result,
)

MEMORY = change(FUNCTION, "update", prop("memorySize", 1024, 2048))
STACKS = ("dev", "prod", "staging")


@pytest.fixture
def files(tmp_path):
    """Write a check and records, and return the arguments that name them."""

    def write(*records, check=None):
        check_file = tmp_path / "check.json"
        check_file.write_text(render("json", check or clean()), encoding="utf-8")
        paths = []
        for index, record in enumerate(records):
            path = tmp_path / f"{index}.json"
            path.write_text(written(record), encoding="utf-8")
            paths.append(str(path))
        return ["--check", str(check_file), *paths]

    return write


@pytest.fixture
def github(monkeypatch):
    with LocalGitHub() as server:
        server.state["issues"].append(pull_request(7))
        # Two reports of one minute say the same; a minute may end between them.
        monkeypatch.setattr("program.cli.report._now", lambda: "2026-11-26 10:31 UTC")
        for name, value in {
            "NO_PROXY": "127.0.0.1",
            "GITHUB_TOKEN": "ghs_secret",
            "GITHUB_REPOSITORY": "octo/parity",
            "GITHUB_API_URL": server.url,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": "77",
        }.items():
            monkeypatch.setenv(name, value)
        yield server


def call(command, *arguments):
    done = CliRunner().invoke(command, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def records(*changes):
    return [preview(name, *changes) for name in STACKS]


@pytest.mark.parametrize("format_", ["markdown", "github", "sarif"])
def test_a_report_of_what_blocks_nothing_ends_with_0(files, format_):
    done = call(report, *files(*records(MEMORY)), "--format", format_)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout


def test_a_report_of_what_blocks_ends_with_1(files):
    done = call(report, *files(check=violating()), "--format", "github")

    assert done.exit_code == 1
    assert done.stdout.startswith("::error file=")


def test_a_missing_record_blocks(files):
    assert call(report, *files(preview("dev"))).exit_code == 1
    assert call(report, *files(preview("dev")), "--expect", "dev").exit_code == 0
    assert call(report, *files(preview("dev")), "--expect", "dev", "--expect", "pr-7").exit_code == 1


@pytest.mark.parametrize(("expected", "code"), [(" dev ", 0), ("dev pr-7", 1)])
def test_a_workflow_names_the_expected_stacks_by_a_variable(files, monkeypatch, expected, code):
    monkeypatch.setenv("EXPECTED", expected)

    assert call(report, *files(preview("dev"))).exit_code == code


def test_what_cannot_be_read_makes_no_report(files, tmp_path):
    arguments = files(preview("dev"))
    (tmp_path / "0.json").write_text("{}")

    with pytest.raises(CouldNotRunError) as caught:
        call(report, *arguments, str(tmp_path / "none.json"))

    first, second = str(caught.value).splitlines()
    assert "0.json: the file: Unable to extract tag" in first
    assert "none.json: No such file or directory" in second


def test_stacks_without_a_run_of_their_own_are_named(files):
    names = [f"s{index:02}" for index in range(25)]
    done = call(report, *files(check=result(*map(checked_stack, names))), "--format", "sarif")

    assert done.stderr == "note: GitHub takes 20 runs a file; without one: s19, s20, s21, s22, s23, s24\n"
    assert len(json.loads(done.stdout)["runs"]) == 20


def test_a_silent_drift_workflow_is_a_warning_in_the_report(files, github):
    old = (datetime.now(UTC) - timedelta(hours=50)).strftime("%Y-%m-%dT%H:%M:%SZ")
    github.state["workflows"]["drift.yml"] = {"state": "active", "runs": [run(1, old)]}

    done = call(report, *files(*records()), "--drift-workflow", "drift.yml")

    assert done.exit_code == 0
    assert "- ⚠️ drift.yml last succeeded on main 50 hours ago" in done.stdout


def test_a_drift_workflow_that_runs_needs_no_word(files, github):
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    github.state["workflows"]["drift.yml"] = {"state": "active", "runs": [run(1, now)]}

    assert "⚠️" not in call(report, *files(*records()), "--drift-workflow", "drift.yml").stdout


def test_without_the_permission_to_ask_the_report_says_which_line_is_missing(files, github):
    github.state["permissions"] = {}

    done = call(report, *files(*records()), "--drift-workflow", "drift.yml")

    assert "- ⚠️ Whether drift.yml still runs is not known: GitHub refused to list the runs of drift.yml" in done.stdout
    assert r"add \`actions: read\` to the job's \`permissions:\`" in done.stdout


def test_the_comment_is_made_and_then_changed(files, github):
    first = call(comment, *files(*records(MEMORY)), "--pull-request", "7")
    second = call(comment, *files(check=violating()), "--pull-request", "7")
    third = call(comment, *files(check=violating()), "--pull-request", "7")

    address = "https://github.example/octo/parity/issues/7#issuecomment-101\n"
    assert [done.stdout for done in (first, second, third)] == [
        f"created: {address}",
        f"updated: {address}",
        f"unchanged: {address}",
    ]
    (body,) = github.comments(7)
    assert parse(body).ok is False


def test_where_nothing_changes_no_comment_is_made(files, github):
    assert call(comment, *files(*records()), "--pull-request", "7").stdout == "not needed\n"
    assert github.writes() == []


def test_a_comment_says_what_could_not_be_read(files, github, tmp_path):
    arguments = files(preview("prod"))
    (tmp_path / "check.json").write_text("")

    assert call(comment, *arguments, "--pull-request", "7").exit_code == 0
    (body,) = github.comments(7)
    assert "### ❌ Not everything could be read" in body


def test_without_a_token_nothing_is_tried(files, github, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")

    with pytest.raises(CouldNotRunError, match="GITHUB_TOKEN not set"):
        call(comment, *files(), "--pull-request", "7")
    with pytest.raises(CouldNotRunError, match="GITHUB_TOKEN not set"):
        call(drift_issue)
    assert github.state["requests"] == []


def test_a_drift_record_opens_an_issue_and_a_missing_one_too(files, github):
    night = [drift("dev", "clean"), drift("prod", "drifted", MEMORY)]
    expected = [word for stack in stack_names(ROOT, SERVICE) for word in ("--expect", stack)]

    done = call(drift_issue, *files(*night)[2:], *expected)

    assert done.stdout.splitlines() == ["prod: open #8", "staging: open #9", "staging: mark-failing #9"]
    assert "The job left no record: it was cancelled, or failed early." in github.state["issues"][-1]["body"]


def test_only_the_stacks_that_are_named_need_a_record(files, github):
    done = call(drift_issue, *files(drift("prod", "clean"))[2:], "--expect", "prod")

    assert done.stdout == ""
    assert github.writes() == []


def test_what_is_no_drift_record_is_named_after_the_others_were_settled(files, github, tmp_path):
    night = [drift("prod", "drifted", MEMORY), drift("prod", "clean"), preview("dev"), drift("dev", "clean")]
    arguments = files(*night)[2:]

    with pytest.raises(CouldNotRunError) as caught:
        call(drift_issue, *arguments, str(tmp_path / "none.json"), "--expect", "prod")

    assert [each["title"].partition(":")[0] for each in github.state["issues"][1:]] == ["prod has drifted"]
    assert [line.partition(": ")[2] for line in str(caught.value).splitlines()] == [
        "is a second record of stack 'prod'; give one",
        "is a preview record; give what `drift --record` wrote",
        "No such file or directory",
    ]


def test_the_local_github_is_a_process_for_workflows_too(tmp_path):
    state, port_file = tmp_path / "state.json", tmp_path / "port"
    state.write_text(json.dumps({"repository": "octo/other", "issues": [pull_request(3)]}), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "tests.program.github.server",
        "--port-file",
        str(port_file),
        "--state",
        str(state),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while not port_file.exists():
                assert server.poll() is None, "the server ended before it had a port"
            (tmp_path / "check.json").write_text(render("json", violating()), encoding="utf-8")
            variables = {
                "NO_PROXY": "127.0.0.1",
                "GITHUB_TOKEN": "t",
                "GITHUB_REPOSITORY": "octo/other",
                "GITHUB_API_URL": f"http://127.0.0.1:{port_file.read_text().strip()}",
            }
            call_it = "from program.cli.comment import comment; comment()"
            done = subprocess.run(
                [sys.executable, "-c", call_it, "--check", str(tmp_path / "check.json"), "--pull-request", "3"],
                cwd=ROOT,
                env=os.environ | variables,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            server.terminate()

    assert done.stdout.startswith("created: https://github.example/octo/other/issues/3#"), done.stderr
    (written_comment,) = json.loads(state.read_text())["comments"]
    assert parse(written_comment["body"]) is not None


def test_the_comment_can_be_seen_without_a_token(files, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)

    by_name, by_format = (
        call(report, *files(*records(MEMORY)), *how) for how in (["--comment"], ["--format", "comment"])
    )

    assert by_name.stdout == by_format.stdout
    assert by_name.stdout.startswith("<!-- parity:report:v2 ")
    assert "### ✅ 1 update in each of 3 stacks" in by_name.stdout


def test_a_page_goes_to_a_file_and_ends_with_0_where_that_is_asked_for(files, tmp_path):
    page = tmp_path / "site" / "index.html"
    night = drift("prod", "drifted", MEMORY)
    arguments = files(night, *[drift(name, "clean") for name in ("dev", "staging")])

    done = call(report, *arguments, "--format", "html", "--output", str(page), "--exit-zero")

    assert (done.exit_code, done.stdout) == (0, "")
    assert "prod: the cloud is not what was deployed" in page.read_text(encoding="utf-8")
    assert call(report, *arguments, "--format", "html", "--output", str(page)).exit_code == 1
    assert [file.name for file in page.parent.iterdir()] == ["index.html"], "nothing half-written is left"


def test_earlier_nights_are_the_page_s_history(files, tmp_path):
    old = tmp_path / "old.json"
    old.write_text(written(drift("prod", "drifted", MEMORY)), encoding="utf-8")
    arguments = files(drift("prod", "clean"))

    done = call(report, *arguments, "--expect", "prod", "--format", "html", "--history", str(old))
    assert done.stdout.count('<th scope="row">prod</th><td') == 2

    assert call(report, *arguments, "--history", str(old)).exit_code == 2
    old.write_text(written(preview("prod")), encoding="utf-8")
    with pytest.raises(CouldNotRunError, match="is a preview record; give what `drift --record` wrote"):
        call(report, *arguments, "--format", "html", "--history", str(old))


def test_a_check_that_could_not_run_is_a_report_with_its_reasons(tmp_path):
    check = tmp_path / "check.json"
    reasons = [
        {"file": "policies/environments.yaml", "line": 8, "message": "schemaVersion is 2; it should be 1"},
        {"file": "policies/x.yaml", "line": None, "message": "is gone"},
        {"file": None, "line": None, "message": "the pack said nothing"},
    ]
    check.write_text(json.dumps({"schemaVersion": 1, "ok": False, "problems": reasons}), encoding="utf-8")

    done = CliRunner().invoke(report, ["--check", str(check), "--check", str(check)])

    assert isinstance(done.exception, CouldNotRunError)
    assert done.stdout.count("schemaVersion is 2; it should be 1") == 1, "what both checks say is said once"
    assert "### ❌ The check could not run, and" not in done.stdout
    assert "### ❌ The check could not run\n" in done.stdout
    assert "policies/x.yaml`: is gone" in done.stdout
    assert "- the pack said nothing **Fix it first:**" in done.stdout


def test_what_is_too_large_to_be_reasons_is_read_as_a_check(tmp_path):
    big = tmp_path / "big.json"
    big.write_text('{"problems": ["' + "x" * 1_100_000 + '"]}', encoding="utf-8")

    assert "Field required" in str(CliRunner().invoke(report, ["--check", str(big)]).exception)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"head": {"repo": {"full_name": "someone/parity"}}}, "no preview: the pull request comes from a fork"),
        ({"head": {"repo": {"full_name": "octo/parity"}}}, "no preview: PULUMI_BACKEND_URL is not set"),
        (None, None),
    ],
    ids=["fork", "no backend", "no event"],
)
@pytest.mark.usefixtures("github")
def test_a_report_without_a_preview_says_why(files, monkeypatch, tmp_path, event, why):
    file = tmp_path / "event.json"
    pull = {"number": 7, "user": {"login": "octocat"}} | (event or {})
    file.write_text(json.dumps({"pull_request": pull}) if event else "nonsense", encoding="utf-8")
    for name, value in {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(file)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)

    shown = call(report, *files()).stdout

    assert (why in shown) if why else ("no preview" not in shown)


def test_a_drift_issue_says_since_when_where_that_is_known(files, github):
    github.state["workflows"]["drift.yml"] = {"state": "active", "runs": [run(1, "2026-11-25T04:17:00Z")]}
    call(drift_issue, *files(drift("prod", "drifted", MEMORY))[2:], "--expect", "prod")
    assert "Last clean run: 2026-11-25 04:17 UTC" in github.state["issues"][-1]["body"]


def test_a_drift_issue_without_the_right_to_ask_says_no_time(files, github):
    github.state["permissions"] = {"issues": "write"}
    call(drift_issue, *files(drift("prod", "drifted", MEMORY))[2:], "--expect", "prod")

    assert "Last clean run" not in github.state["issues"][-1]["body"]


def test_the_time_of_a_report_is_utc_and_no_finer_than_a_minute():
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", _now())
