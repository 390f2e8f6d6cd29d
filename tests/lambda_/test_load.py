"""The app's callers don't notice a rotation."""

import io
import sys
import threading
from contextlib import redirect_stdout

ROTATIONS = 20
WORKERS = 4


def test_no_request_fails_while_the_secret_rotates_twenty_times(rotated, capsys):
    """Four instances of the app ask at once; each starts cold, works warm for a while, and is replaced."""
    done = threading.Event()
    statuses: list[list[int]] = [[] for _ in range(WORKERS)]
    colds = [0] * WORKERS

    def serve(worker):
        while not done.is_set():
            app = rotated.make_app()
            colds[worker] += 1
            # An instance of one request never has a connection of before the rotation.
            for request in range(1 + worker * 2):
                statuses[worker].append(rotated.ask(app, "/query" if request % 2 else "/health")[0])
            app.session.close()

    threads = [threading.Thread(target=serve, args=(worker,)) for worker in range(WORKERS)]
    log = io.StringIO()
    with redirect_stdout(log):
        for thread in threads:
            thread.start()
        try:
            for _ in range(ROTATIONS):
                rotated.rotate()
        finally:
            done.set()
            for thread in threads:
                thread.join()
    answers = [status for of_one in statuses for status in of_one]
    failed = [status for status in answers if status != 200]
    with capsys.disabled():
        sys.stderr.write(
            f"\n{len(answers)} requests by {WORKERS} at once, {sum(colds)} cold starts, through {ROTATIONS} rotations: "
            f"{len(failed)} failed\n"
        )
    assert failed == [], log.getvalue()
    assert len(answers) > ROTATIONS
    assert rotated.outcomes().count("finished") == ROTATIONS


def test_a_cold_start_at_every_point_of_a_rotation_is_served(rotated):
    """Also between the database's new password and the secret's, for as long as that lasts."""
    from tests.lambda_.fake_secrets_manager import STEPS, event

    token = rotated.vault.stage_pending(rotated.arn)
    for step in STEPS:
        assert rotated.ask(rotated.make_app())[0] == 200
        rotated.function(event(step, rotated.arn, token))
    assert rotated.ask(rotated.make_app())[0] == 200


def test_an_instance_with_the_secret_of_before_the_rotation_is_served(rotated):
    app = rotated.make_app(secret_ttl_seconds=3600)
    assert rotated.ask(app)[0] == 200
    rotated.rotate()
    assert rotated.ask(app)[0] == 200
    app.session.close()
    assert rotated.ask(app)[0] == 200
