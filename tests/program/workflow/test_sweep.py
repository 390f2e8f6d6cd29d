"""`sweep` destroys what is left over of review stacks, and never anything else."""

import datetime
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from program.cli.sweep import sweep
from program.errors import CouldNotRunError
from program.workflow.leftover import ReviewStack, left_over, number_of, read_listing
from tests.program.github.server import LocalGitHub
from tests.program.github.state import empty, pull_request
from tests.program.workflow.fake_pulumi import FakePulumi

NOW = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
LONGEST = datetime.timedelta(days=14)
RESOURCE = {"urn": "urn:pulumi:pr-7::parity::aws:kms/key:Key::tap-key", "type": "aws:kms/key:Key", "custom": True}


def stack(number, days=0):
    return ReviewStack(name=f"pr-{number}", number=number, updated=NOW - datetime.timedelta(days=days))


def listing(*names, updated="2026-11-25T11:00:00.000Z"):
    return json.dumps([{"name": name, "current": False, "lastUpdate": updated} for name in names])


def decide(stacks, is_open, most=10):
    return left_over(stacks, is_open=is_open, now=NOW, longest=LONGEST, most=most)


def test_the_stack_of_a_closed_pull_request_goes_and_that_of_an_open_one_stays():
    found = decide([stack(7), stack(8)], {7: False, 8: True})

    assert found.now == {"pr-7": "pull request #7 is closed"}
    assert found.later == ()


def test_the_stack_of_an_open_pull_request_goes_when_nobody_deployed_it_for_long():
    found = decide([stack(7, days=15), stack(8, days=14)], {7: True, 8: True})

    assert found.now == {"pr-7": "pull request #7 is open, and was last deployed 15 days ago"}


def test_the_oldest_go_first_and_the_others_wait():
    found = decide([stack(1, days=1), stack(2, days=3), stack(3, days=2)], dict.fromkeys((1, 2, 3), False), most=2)

    assert list(found.now) == ["pr-2", "pr-3"]
    assert found.later == ("pr-1",)


@pytest.mark.parametrize(
    "name", ["dev", "pr-", "pr-07", "pr-0", "pr-7x", "xpr-7", "PR-7", "pr-7\n", "organization/parity/pr-7"]
)
def test_no_other_stack_is_a_review_stack(name):
    assert number_of(name) is None
    assert read_listing(json.dumps([{"name": name}])) == ()


@pytest.mark.parametrize(
    ("updated", "time"),
    [
        ("2026-11-25T11:00:00.000Z", datetime.datetime(2026, 11, 25, 11, tzinfo=datetime.UTC)),
        ("2026-11-25T11:00:00", datetime.datetime(2026, 11, 25, 11, tzinfo=datetime.UTC)),
        ("", None),
        (None, None),
    ],
)
def test_the_listing_has_the_time_of_the_last_deployment(updated, time):
    assert read_listing(listing("dev", "pr-7", updated=updated)) == (ReviewStack(name="pr-7", number=7, updated=time),)


@pytest.mark.parametrize("text", ["", "{}}", "[1]", '[{"nome": "x"}]', '[{"name": "pr-7", "lastUpdate": "yesterday"}]'])
def test_what_is_no_listing_is_an_error(text):
    with pytest.raises(CouldNotRunError, match="printed no list of stacks"):
        read_listing(text)


histories = st.lists(
    st.tuples(st.integers(1, 30), st.one_of(st.none(), st.integers(0, 40)), st.sampled_from([True, False, None])),
    unique_by=lambda each: each[0],
)


@given(histories, st.integers(1, 5))
def test_sweeping_ends_with_what_may_stay_and_never_takes_what_may(history, most):
    stacks = [
        ReviewStack(name=f"pr-{number}", number=number, updated=None if days is None else stack(number, days).updated)
        for number, days, _ in history
    ]
    is_open = {number: state for number, _, state in history}
    may_stay = {
        f"pr-{number}" for number, days, state in history if state is None or (state and (days is None or days <= 14))
    }

    left = stacks
    for _ in range(len(stacks) + 1):
        found = decide(left, is_open, most)
        assert len(found.now) <= most
        assert not may_stay & {*found.now, *found.later}
        left = [each for each in left if each.name not in found.now]

    assert {each.name for each in left} == may_stay
    assert not decide(left, is_open, most).now


@pytest.fixture
def world(tmp_path):
    """Return a CLI, a GitHub, and the variables of a step."""
    pulumi = FakePulumi(tmp_path / "bin")
    with LocalGitHub(empty()) as github:
        variables = {
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": "octo/parity",
            "GITHUB_TOKEN": "a token",
            "PATH": pulumi.path,
            "PULUMI_BACKEND_URL": "s3://state",
        }
        yield pulumi, github, variables


def run(variables, *arguments):
    return CliRunner().invoke(sweep, arguments, env=variables, catch_exceptions=False)


def test_what_is_left_over_is_only_printed_unless_it_is_asked_for_more(world):
    pulumi, github, variables = world
    pulumi.set(listing=listing("dev", "pr-7", "pr-8"))
    github.state["issues"] += [pull_request(7) | {"state": "closed"}, pull_request(8)]

    done = run(variables)

    assert (done.exit_code, done.stdout) == (0, "pr-7: pull request #7 is closed\n")
    assert pulumi.state["calls"] == ["stack ls"]


def test_what_is_left_over_is_destroyed_and_removed(world):
    pulumi, github, variables = world
    pulumi.set(listing=listing("dev", "pr-7", "pr-8"), resources=[RESOURCE])
    github.state["issues"] += [pull_request(7) | {"state": "closed"}, pull_request(8)]

    done = run(variables, "--destroy")

    assert done.exit_code == 0, done.output
    assert "pr-7: destroyed" in done.stderr
    assert pulumi.state["destroyed"] == ["pr-7"]
    assert "stack rm pr-7" in pulumi.state["calls"]
    assert not [call for call in pulumi.state["calls"] if call.endswith(("dev", "pr-8"))]


def test_one_that_cannot_be_destroyed_stops_no_other(world):
    pulumi, github, variables = world
    pulumi.set(listing=listing("pr-7", "pr-8"), resources=[RESOURCE], codes={"destroy": 1})
    github.state["issues"] += [pull_request(number) | {"state": "closed"} for number in (7, 8)]

    done = run(variables, "--destroy")

    assert done.exit_code == 1
    for name in ("pr-7", "pr-8"):
        assert [line for line in done.stderr.splitlines() if line.startswith(f"{name}: ") and RESOURCE["urn"] in line]


def test_a_state_that_cannot_be_read_is_a_line(world):
    pulumi, _, variables = world
    pulumi.set(listing=listing("pr-7"), codes={"stack export": 1})

    done = run(variables, "--stack", "pr-7", "--destroy")

    assert done.exit_code == 1
    assert "pr-7: pulumi failed for stack pr-7" in done.stderr


def test_one_whose_pull_request_cannot_be_seen_stays(world):
    pulumi, _, variables = world
    pulumi.set(listing=listing("pr-7"))

    done = run(variables, "--destroy")

    assert done.exit_code == 1
    assert done.stdout == ""
    assert "pr-7 stays: GitHub refused to look at #7" in done.stderr
    assert pulumi.state["destroyed"] == []


def test_more_than_may_go_at_once_are_named(world):
    pulumi, github, variables = world
    pulumi.set(listing=listing("pr-7", "pr-8"))
    github.state["issues"] += [pull_request(number) | {"state": "closed"} for number in (7, 8)]

    done = run(variables, "--most", "1")

    assert done.stdout == "pr-7: pull request #7 is closed\n"
    assert "pr-8 is left over too, and waits for the next time" in done.stderr


def test_one_stack_is_destroyed_whatever_its_pull_request_is(world):
    pulumi, github, variables = world
    pulumi.set(listing=listing("pr-7"))

    done = run(variables, "--stack", "pr-7", "--destroy")

    assert (done.exit_code, done.stdout) == (0, "pr-7: it was asked for\n")
    assert pulumi.state["destroyed"] == ["pr-7"]
    assert github.state["requests"] == []


def test_a_stack_that_was_never_deployed_is_nothing_to_destroy(world):
    _, _, variables = world

    done = run(variables, "--stack", "pr-7", "--destroy")

    assert (done.exit_code, done.stdout) == (0, "")
    assert "there is no review stack to destroy" in done.stderr


@pytest.mark.parametrize("name", ["dev", "pr-x"])
def test_a_stack_that_lives_long_is_wrong_usage(world, name):
    pulumi, _, variables = world

    assert run(variables, "--stack", name, "--destroy").exit_code == 2
    assert pulumi.state["calls"] == []


def test_without_a_backend_it_does_not_run(world):
    _, _, variables = world

    with pytest.raises(CouldNotRunError, match="PULUMI_BACKEND_URL is not set"):
        run(variables | {"PULUMI_BACKEND_URL": ""})


def test_a_backend_that_cannot_be_listed_is_an_error(world):
    pulumi, _, variables = world
    pulumi.set(codes={"stack ls": 1})

    with pytest.raises(CouldNotRunError, match="the stacks can't be listed: error: no"):
        run(variables)
