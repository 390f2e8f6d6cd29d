"""`gate` passes what succeeded, and what had nothing to do: nothing else."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from program.cli.gate import gate
from program.errors import CouldNotRunError
from program.workflow.verdict import judge
from tests.program.workflow.events import pull_request, variables

RESULTS = ["success", "failure", "cancelled", "skipped"]
JOBS = ["guard", "test", "preview", "apply", "compare"]


def needs(scope="success", asked=("guard", "test", "preview", "compare"), **results):
    """Return toJSON(needs) of a run in which all that was asked for succeeded, but for what is named."""
    usual = {job: "success" if job in asked else "skipped" for job in JOBS} | results
    jobs = {job: {"result": result, "outputs": {}} for job, result in usual.items()}
    outputs = {"jobs": json.dumps(asked)} if scope == "success" else {}
    return json.dumps({"scope": {"result": scope, "outputs": outputs}, **jobs})


def run(text, **environment):
    done = CliRunner().invoke(
        gate, env={"GITHUB_EVENT_NAME": None, "NEEDS": text} | environment, catch_exceptions=False
    )
    return done.exit_code, done.stdout.splitlines()


def test_a_run_that_did_all_it_had_to_passes():
    assert run(needs()) == (
        0,
        [
            "ok   scope: success",
            "ok   guard: success",
            "ok   test: success",
            "ok   preview: success",
            "ok   apply: skipped (nothing for it to do in this run)",
            "ok   compare: success",
        ],
    )


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped", "something new"])
@pytest.mark.parametrize("job", ["guard", "test", "preview", "compare"])
def test_a_job_that_had_to_run_and_did_not_succeed_blocks(job, result):
    code, lines = run(needs(**{job: result}))

    assert code == 1
    assert [line for line in lines if line.startswith("FAIL")] == [
        line for line in lines if f" {job}: {result}" in line
    ]


def test_a_job_that_nobody_asked_for_must_not_fail_either():
    code, lines = run(needs(apply="failure"))

    assert code == 1
    assert "FAIL apply: failure" in lines


@pytest.mark.parametrize("scope", ["failure", "cancelled", "skipped"])
def test_without_a_scope_no_skipped_job_passes(scope):
    code, lines = run(needs(scope=scope, preview="skipped"))

    assert code == 1
    assert "FAIL preview: skipped (the job scope didn't say which jobs have to run)" in lines
    assert f"FAIL scope: {scope}" in [line.partition(" (")[0] for line in lines]


def test_a_job_that_was_asked_for_and_the_gate_does_not_wait_for_has_not_run():
    jobs = json.loads(needs(asked=("guard", "test", "preview", "compare", "of-tomorrow")))

    code, lines = run(json.dumps(jobs))

    assert code == 1
    assert [line for line in lines if line.startswith("FAIL")] == [
        "FAIL of-tomorrow: unknown (it had to run, and the gate doesn't wait for it; name it under the gate's needs)"
    ]


def test_a_scope_that_a_change_made_ask_for_less_lets_nothing_pass(tmp_path):
    less = needs(asked=("guard", "test", "compare"), preview="skipped")
    assert run(less)[0] == 0

    code, lines = run(less, **variables(tmp_path, "pull_request", pull_request()))

    assert code == 1
    assert [line for line in lines if line.startswith("FAIL")] == [
        "FAIL preview: skipped (it had to run; see why the jobs before it failed)"
    ]


def test_a_fork_s_previews_are_skipped_by_the_gates_own_reckoning_too(tmp_path):
    less = needs(asked=("guard", "test", "compare"), preview="skipped")

    assert run(less, **variables(tmp_path, "pull_request", pull_request(source="eve/parity")))[0] == 0


BAD_SCOPE = {"scope": {"result": "success", "outputs": {"jobs": "x"}}}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"check": 1}', '{"check": {}}', json.dumps(BAD_SCOPE)])
def test_what_is_no_needs_context_is_an_error(text):
    with pytest.raises(CouldNotRunError, match="NEEDS is not toJSON"):
        judge(text)


def test_a_run_without_jobs_does_not_pass():
    assert run("{}")[0] == 1


@given(
    st.sampled_from(RESULTS),
    st.dictionaries(st.sampled_from(JOBS), st.sampled_from(RESULTS)),
    st.sets(st.sampled_from(JOBS)),
)
def test_it_passes_only_what_succeeded_or_was_not_asked_for(scope, results, asked):
    ends = judge(needs(scope=scope, asked=sorted(asked), **results))

    for end in ends:
        idle = end.result == "skipped" and scope == "success" and end.job not in asked
        assert end.passes is (end.result == "success" or (idle and end.job != "scope"))
