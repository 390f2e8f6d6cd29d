"""Only the database itself hears a password: whoever else answers gets none, and the error says why."""

import pytest

from tests.lambda_.certificates import Authority
from tests.lambda_.postgres import free_port
from tests.lambda_.servers_that_lie import plaintext_server, silent_server, tls_server


@pytest.fixture
def refusal(case):
    """Aim the function at another server; return its error."""

    def aim(error, **anchors):
        case.rebuild(**anchors)
        case.vault.put_current(case.arn, case.bootstrap(password="Sentinel-of-the-current"))
        with pytest.raises(getattr(case.root.secure_postgres, error)) as caught:
            case.rotate(attempts=1)
        assert case.lines()[-1]["outcome"] == caught.value.code
        return str(caught.value)

    return aim


def test_a_server_that_another_authority_vouches_for_is_refused(refusal, tmp_path):
    stranger = Authority(tmp_path, "stranger")
    assert "certificate is not trusted" in refusal("UntrustedServerError", bundle=stranger.bundle)


def test_a_server_of_another_name_is_refused(refusal):
    assert "IP address mismatch" in refusal("UntrustedServerError", host="127.0.0.1")


def test_an_expired_certificate_is_refused(refusal, authority):
    with tls_server(authority.sign("expired", "localhost", expired=True)) as server:
        assert "certificate has expired" in refusal("UntrustedServerError", port=server.port)
    assert server.inside == b""


def test_a_server_without_tls_is_refused(refusal):
    with plaintext_server() as server:
        assert "does not offer TLS" in refusal("UntrustedServerError", port=server.port)


@pytest.mark.parametrize("question", ["cleartext", "md5"])
def test_a_server_that_asks_for_the_password_itself_does_not_get_it(refusal, authority, question):
    with tls_server(authority.sign("asking", "localhost"), question) as server:
        assert "instead of SCRAM" in refusal("UntrustedServerError", port=server.port)
    assert b"app_user" in server.inside
    assert b"Sentinel" not in server.inside
    assert b"md5" not in server.inside


def test_a_database_that_is_down_is_unreachable(refusal):
    assert "ConnectionRefusedError" in refusal("UnreachableError", port=free_port())


def test_a_host_that_nobody_knows_is_unreachable(refusal):
    assert "gaierror" in refusal("UnreachableError", host="database.invalid")


def test_a_server_that_says_nothing_is_unreachable_after_a_while(refusal, case, monkeypatch):
    monkeypatch.setattr(case.root.secure_postgres, "_READ_TIMEOUT_SECONDS", 0.1)
    with silent_server() as server:
        assert "TimeoutError" in refusal("UnreachableError", port=server.port)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_without_certificates_in_the_bundle_no_connection_is_tried(case, tmp_path, content):
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(case.root.secure_postgres.MissingBundleError, match=r"bundle\.pem is not a readable file"):
        case.rebuild(bundle=bundle)


def test_the_context_can_not_be_talked_into_less(case):
    context = case.root.secure_postgres.tls_context(case.anchors.bundle)
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context.minimum_version.name == "TLSv1_2"


def test_a_connection_without_tls_is_refused_by_the_server_too(case):
    """What the tests' server does with rds.force_ssl=1: the functions' insistence on TLS costs them nothing."""
    from pg8000.exceptions import DatabaseError
    from pg8000.native import Connection

    with pytest.raises(DatabaseError, match="28000"):
        Connection("anyone", host="localhost", port=case.server.port, password="x", ssl_context=False, timeout=5)
