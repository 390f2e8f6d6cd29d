"""A rotation gives the database and the secret the same new password, however often it is done or repeated."""

import threading

import pytest

from tests.lambda_.fake_secrets_manager import STEPS, event


def test_a_rotation_changes_the_password_and_nothing_else_in_the_secret(rotated):
    rotated.vault.put_current(rotated.arn, {**rotated.vault.document(rotated.arn), "note": {"kept": [1, None]}})
    before = rotated.vault.document(rotated.arn)
    token = rotated.rotate()
    after = rotated.vault.document(rotated.arn)
    assert {**after, "password": before["password"]} == before
    assert rotated.opens(after["password"])
    assert not rotated.opens(before["password"])
    assert rotated.vault.stages(rotated.arn)["AWSCURRENT"] == token
    assert "AWSPENDING" not in rotated.vault.stages(rotated.arn)
    assert rotated.outcomes() == ["created", "set-by-current", "tested", "finished"]


def test_fifty_rotations_in_a_row_leave_one_password_that_works(rotated):
    seen = {rotated.password()}
    for _ in range(50):
        before = rotated.password()
        rotated.rotate()
        seen.add(rotated.password())
        assert not rotated.opens(before)
    assert len(seen) == 51
    assert rotated.opens(rotated.password())
    assert set(rotated.outcomes()) == {"created", "set-by-current", "tested", "finished"}


def test_a_rotation_that_ended_can_be_repeated_and_changes_nothing(rotated):
    token = rotated.rotate()
    password, stages = rotated.password(), rotated.vault.stages(rotated.arn)
    for step in STEPS:
        rotated.function(event(step, rotated.arn, token))
    assert (rotated.password(), rotated.vault.stages(rotated.arn)) == (password, stages)
    assert rotated.outcomes()[4:] == ["already-finished"] * 4


def test_every_step_can_be_repeated_before_the_next(rotated):
    token = rotated.vault.stage_pending(rotated.arn)
    for step in STEPS:
        for _ in range(3):
            rotated.function(event(step, rotated.arn, token))
    assert rotated.opens(rotated.password())
    assert rotated.vault.stages(rotated.arn)["AWSCURRENT"] == token


def test_two_invocations_of_one_rotation_at_once_agree(rotated):
    token = rotated.vault.stage_pending(rotated.arn)
    errors = []

    def run():
        for step in STEPS:
            try:
                rotated.function(event(step, rotated.arn, token))
            except rotated.root.failures.ConflictError as error:
                errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rotated.vault.stages(rotated.arn)["AWSCURRENT"] == token
    assert rotated.opens(rotated.password())
    assert len(errors) < 2


def test_the_password_of_the_faster_invocation_is_the_one(rotated, monkeypatch):
    token = rotated.vault.stage_pending(rotated.arn)
    reading = rotated.world.vault.new_password

    def overtaken():
        monkeypatch.undo()
        rotated.function(event("createSecret", rotated.arn, token))
        return reading()

    monkeypatch.setattr(rotated.world.vault, "new_password", overtaken)
    rotated.function(event("createSecret", rotated.arn, token))
    made = rotated.vault.passwords[-2:]
    assert rotated.password("AWSPENDING") == made[0]
    assert made[0] != made[1]


def test_a_new_rotation_of_a_pending_version_that_was_given_up_is_refused_until_the_label_is_removed(rotated):
    """The command in README.md is this call; the stuck password is in the database, so the master mends it."""
    stuck = rotated.vault.stage_pending(rotated.arn)
    for step in ("createSecret", "setSecret"):
        rotated.function(event(step, rotated.arn, stuck))
    with pytest.raises(Exception, match="isn't complete"):
        rotated.rotate()
    rotated.vault.update_secret_version_stage(
        SecretId=rotated.arn, VersionStage="AWSPENDING", RemoveFromVersionId=stuck
    )
    rotated.rotate()
    assert "repaired" in rotated.outcomes()
    assert rotated.opens(rotated.password())


def test_a_database_that_went_back_to_the_previous_password_is_healed_by_it(rotated):
    rotated.rotate()
    previous = rotated.password("AWSPREVIOUS")
    assert rotated.world.database.change_password(rotated.password(), previous)
    rotated.rotate()
    assert "set-by-previous" in rotated.outcomes()
    assert rotated.opens(rotated.password())


def test_sessions_that_are_open_outlive_the_rotation(rotated):
    with rotated.world.database.session(rotated.anchors.username, rotated.password()) as connection:
        rotated.rotate()
        assert connection.run("SELECT 1") == [[1]]


def test_roles_changed_by_many_at_once_are_tried_again(rotated):
    """PostgreSQL answers "tuple concurrently updated" to all but one."""
    database, password = rotated.world.database, rotated.password()
    errors = []

    def run():
        try:
            for _ in range(8):
                assert database.change_password(password, password)
        except rotated.root.secure_postgres.PostgresError as error:
            errors.append(error.sqlstate)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Without a pause between the attempts some may lose three times; nothing else may go wrong.
    assert set(errors) <= {"XX000"}
    assert rotated.opens(password)


def test_work_that_meets_other_work_is_done_three_times_at_most(rotated):
    attempts = []
    database_error = rotated.root.secure_postgres.DatabaseError

    def work():
        attempts.append(1)
        raise database_error({"C": "XX000"})

    with pytest.raises(rotated.root.secure_postgres.PostgresError, match="XX000"):
        rotated.world.database.retried(work)
    assert len(attempts) == 3


@pytest.mark.parametrize(
    "role", ["we\"ird Us'er", "AppUser", "select", "$1; DROP ROLE x; --", "rôle", "x" * 63], ids=str
)
def test_a_role_of_any_name_rotates(make_case, role):
    case = make_case(username=role)
    case.rotate()
    case.rotate()
    assert case.opens(case.password())
    assert case.ask(case.make_app(), "/query")[1]["database"]["user"] == role


def test_the_length_of_the_password_is_as_configured(rotated):
    rotated.rebuild(password_length=41)
    rotated.rotate()
    assert len(rotated.password()) == 41
    assert not set(rotated.password()) & set("/@\"'\\ :")
