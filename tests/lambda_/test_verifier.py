"""The verifier is the one that PostgreSQL's own client library makes."""

import base64
import os
import re

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambda_.roots import ROTATION, load_root

scram_verifier = load_root(ROTATION).verifier.scram_verifier
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=41)
FORM = re.compile(r"SCRAM-SHA-256\$4096:(?P<salt>[A-Za-z0-9+/=]+)\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}")


@pytest.fixture(scope="module")
def libpq(server):
    dsn = f"host={server.folder} port={server.port} user=root dbname=postgres"
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(password=PRINTABLE)
def test_the_verifier_is_libpqs_for_the_same_salt(libpq, password):
    theirs = libpq.pgconn.encrypt_password(password.encode(), b"someone", b"scram-sha-256").decode()
    salt = base64.b64decode(FORM.fullmatch(theirs)["salt"])
    assert scram_verifier(password, salt) == theirs


@given(password=PRINTABLE)
@settings(deadline=None, max_examples=30)
def test_every_verifier_has_the_form_that_the_server_takes_for_one(password):
    """Anything else it would take for the password itself, and hash it again."""
    verifier = scram_verifier(password)
    assert FORM.fullmatch(verifier)
    assert password not in verifier or len(password) < 4


def test_two_verifiers_of_one_password_differ():
    assert scram_verifier("same") != scram_verifier("same")


@pytest.mark.parametrize("password", ["".join(map(chr, range(33, 127))), "'\"\\$%s:1?;--", "a"])
def test_the_password_opens_the_database_once_its_verifier_is_set(rotated, password):
    assert rotated.world.database.change_password(rotated.password(), password)
    assert rotated.opens(password)
    assert not rotated.opens(password + "x")


def test_the_server_keeps_the_verifier_as_it_is(rotated):
    verifier = scram_verifier("kept", os.urandom(16))
    role = rotated.anchors.username
    rotated.server.sql(f"ALTER ROLE {role} PASSWORD '{verifier}'")
    assert rotated.server.sql(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'") == verifier
