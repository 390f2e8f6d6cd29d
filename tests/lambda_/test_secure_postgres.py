"""What the driver raises is told in few kinds, the same in both roots."""

import socket
import ssl

import pytest
import scramp
from pg8000.exceptions import DatabaseError, InterfaceError

from tests.lambda_.servers_that_lie import tls_server


@pytest.fixture(params=["rotation", "app"])
def module(request):
    return request.getfixturevalue(request.param).secure_postgres


def refused(sqlstate):
    return DatabaseError({"S": "FATAL", "C": sqlstate, "M": "Sentinel"})


def hung_up_after(cause):
    """The driver says goodbye to a server that refused it and is gone."""
    error = InterfaceError("network error")
    error.__context__ = cause
    return error


CASES = {
    "a wrong password": (refused("28P01"), "AuthenticationError", "the database answers with SQLSTATE 28P01"),
    "a wrong password, then silence": (
        hung_up_after(refused("28P01")),
        "AuthenticationError",
        "the database answers with SQLSTATE 28P01",
    ),
    "a refused address": (refused("28000"), "PostgresError", "the database answers with SQLSTATE 28000"),
    "a missing database": (refused("3D000"), "PostgresError", "the database answers with SQLSTATE 3D000"),
    "a reader": (refused("25006"), "ReadOnlyError", "the database answers with SQLSTATE 25006"),
    "a database that starts": (refused("57P03"), "UnreachableError", "the database answers with SQLSTATE 57P03"),
    "a broken connection": (
        InterfaceError("network error"),
        "UnreachableError",
        "the connection to the database broke (InterfaceError)",
    ),
    "an answer that never comes": (
        TimeoutError("Sentinel"),
        "UnreachableError",
        "the connection to the database broke (TimeoutError)",
    ),
    "a server that can't do TLS right": (
        ssl.SSLError(1, "Sentinel"),
        "UntrustedServerError",
        "the server does not prove who it is (SSLError)",
    ),
    "a server that does not know the verifier": (
        scramp.ScramException("Sentinel"),
        "UntrustedServerError",
        "the server does not prove who it is (ScramException)",
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_an_error_of_the_driver_becomes_one_of_few_kinds_without_its_words(module, what):
    error, kind, message = CASES[what]
    translated = module.translated(error)
    assert (type(translated).__name__, str(translated)) == (kind, message)


def test_an_error_of_another_origin_stays_what_it_is(module):
    for error in (ValueError("mine"), module.ReadOnlyError("mine"), DatabaseError("no dictionary")):
        assert module.translated(error) is error


def test_a_bundle_that_is_not_there_is_an_error_at_once(module, tmp_path):
    with pytest.raises(module.MissingBundleError, match="not a readable file of certificates"):
        module.tls_context(tmp_path / "absent.pem")


def test_both_roots_keep_the_password_from_a_server_that_asks_for_it(module, authority):
    with tls_server(authority.sign("asks", "localhost")) as server:
        address = module.Address(
            host="localhost", port=server.port, database="app", tls=module.tls_context(authority.bundle)
        )
        with pytest.raises(module.UntrustedServerError, match="instead of SCRAM"):
            module.connect(address, "someone", "Sentinel", "test")
    assert b"Sentinel" not in server.inside


def test_a_slow_statement_ends_by_itself(rotated):
    with rotated.world.database.session(rotated.anchors.username, rotated.password()) as connection:
        assert connection.run("SHOW statement_timeout") == [["10s"]]
    app = rotated.make_app()
    assert app.session.read("SHOW statement_timeout") == [["10s"]]
    assert app.session.read("SHOW application_name") == [["app"]]


def test_messages_are_sent_at_once(rotated):
    """Else each of a login's messages waits for a delayed acknowledgement, some 40 ms."""
    with rotated.world.database.session(rotated.anchors.username, rotated.password()) as connection:
        assert connection._usock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_rotation_looks_nowhere_but_in_the_catalogue(rotated):
    with rotated.world.database.session(rotated.anchors.username, rotated.password()) as connection:
        assert connection.run("SHOW search_path") == [["pg_catalog"]]
        assert connection.run("SHOW application_name") == [["secret-rotation"]]
