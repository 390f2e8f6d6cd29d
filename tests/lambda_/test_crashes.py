"""A function that dies anywhere leaves nothing that the next attempt does not finish."""

import pytest

from tests.lambda_.fake_secrets_manager import STEPS, event


class Killed(BaseException):
    """The process ends: nothing of the function runs any more."""


def kill_before(monkeypatch, owner, name):
    def die(*_args, **_kwargs):
        raise Killed

    monkeypatch.setattr(owner, name, die)


def kill_after(monkeypatch, owner, name):
    call = getattr(owner, name)

    def die(*args, **kwargs):
        call(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(owner, name, die)


def run(case, token, until=None):
    for step in STEPS:
        case.function(event(step, case.arn, token))
        if step == until:
            return


def end_state(case, token, old):
    """What must be the same however the rotation came to its end."""
    stages = case.vault.stages(case.arn)
    return {
        "labels": sorted(stages),
        "current": stages["AWSCURRENT"] == token,
        "new opens": case.opens(case.password()),
        "old opens": old is not None and case.opens(old),
        "made": len(case.vault.passwords),
    }


@pytest.fixture(params=["first rotation", "later rotation"])
def subject(request, case):
    """A deployment that is about to rotate, and the password that it has by then."""
    if request.param == "first rotation":
        return case, None
    case.rotate()
    case.vault.passwords.clear()
    return case, case.password()


EXPECTED = {
    "labels": ["AWSCURRENT", "AWSPREVIOUS"],
    "current": True,
    "new opens": True,
    "old opens": False,
    "made": 1,
}


@pytest.mark.parametrize("until", STEPS)
def test_a_crash_after_a_step_and_a_replay_of_all_end_as_if_nothing_had_happened(subject, until):
    case, old = subject
    token = case.vault.stage_pending(case.arn)
    run(case, token, until)
    run(case, token)
    assert end_state(case, token, old) == EXPECTED


INSIDE = {
    "before the new password is stored": ("vault", "put_pending", kill_before),
    "after the new password is stored": ("vault", "put_pending", kill_after),
    "before the ALTER": ("database", "write", kill_before),
    "after the ALTER": ("database", "write", kill_after),
    "before the proof": ("database", "prove", kill_before),
    "before the version is made current": ("vault", "make_current", kill_before),
    "after the version is made current": ("vault", "make_current", kill_after),
    "after the pending label is removed": ("vault", "drop_pending", kill_after),
}


@pytest.mark.parametrize("where", INSIDE)
def test_a_crash_inside_a_step_and_a_replay_of_all_end_as_if_nothing_had_happened(subject, monkeypatch, where):
    case, old = subject
    owner, name, kill = INSIDE[where]
    token = case.vault.stage_pending(case.arn)
    with monkeypatch.context() as patch:
        kill(patch, getattr(case.world, owner), name)
        with pytest.raises(Killed):
            run(case, token)
    expected = EXPECTED
    if where == "before the new password is stored":
        # What was made up and not stored is lost, and another is made.
        expected = {**EXPECTED, "made": 2}
    run(case, token)
    assert end_state(case, token, old) == expected


def test_a_crash_between_create_role_and_its_grants_leaves_no_half_role(case, monkeypatch):
    connection_class = case.root.secure_postgres.ScramConnection
    token = case.vault.stage_pending(case.arn)

    def die(self, statement, **parameters):
        if statement.startswith("GRANT USAGE"):
            raise Killed
        return super(connection_class, self).run(statement, **parameters)

    with monkeypatch.context() as patch:
        patch.setattr(connection_class, "run", die, raising=False)
        with pytest.raises(Killed):
            run(case, token)
    roles = f"SELECT count(*) FROM pg_roles WHERE rolname = '{case.anchors.username}'"
    assert case.server.sql(roles) == "0"
    run(case, token)
    assert "provisioned" in case.outcomes()


def test_aws_tries_again_and_heals_what_was_transient(rotated, monkeypatch):
    failures = iter([True, True, False])
    prove = rotated.world.database.prove

    def flaky(password):
        if next(failures, False):
            raise rotated.root.secure_postgres.UnreachableError("gone for a moment")
        prove(password)

    monkeypatch.setattr(rotated.world.database, "prove", flaky)
    rotated.rotate(attempts=3)
    assert rotated.outcomes().count("database-unreachable") == 2
    assert rotated.opens(rotated.password())
