"""The kept CA bundle: every certificate is a root that has signed itself, for every region that a stack may be in."""

import datetime
import hashlib
import re
import ssl
import tomllib

import pytest

from policies.limits import limits
from tests.lambda_.ca_bundle_source import FILES, PIN, certificates, is_root, name, text, write
from tests.program.small_function import BUNDLE

NOW = datetime.datetime.now(datetime.UTC)
KEYS = ("ECC384", "RSA2048", "RSA4096")
APP, ROTATION = FILES
KEPT = ROTATION.read_text(encoding="ascii")


def test_both_functions_have_the_bundle_that_is_pinned():
    pin = tomllib.loads(PIN.read_text(encoding="utf-8"))

    assert APP.read_bytes() == ROTATION.read_bytes()
    assert hashlib.sha256(ROTATION.read_bytes()).hexdigest() == pin["sha256"]
    assert pin["written"] <= NOW.date()


def test_the_text_is_the_one_that_is_written_from_its_certificates():
    assert text([KEPT], NOW) == KEPT


@pytest.mark.parametrize("certificate", certificates(KEPT).values(), ids=name)
def test_every_certificate_is_a_root_of_aws_that_is_valid(certificate):
    assert is_root(certificate)
    assert re.fullmatch(r"Amazon RDS [a-z-]+-[0-9] Root CA (ECC384|RSA2048|RSA4096) G1", name(certificate))
    assert certificate.not_valid_before_utc < NOW
    assert certificate.not_valid_after_utc > NOW + datetime.timedelta(days=3650)


def test_every_region_that_a_stack_may_be_in_has_a_root_of_each_kind():
    names = {name(certificate) for certificate in certificates(KEPT).values()}
    regions = {region for environment in limits().environments.values() for region in environment.regions}

    assert regions
    assert {f"Amazon RDS {region} Root CA {key} G1" for region in regions for key in KEYS} <= names


def test_the_library_that_verifies_reads_all_of_it():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=str(APP))

    assert len(context.get_ca_certs()) == len(certificates(KEPT)) == KEPT.count("BEGIN CERTIFICATE")


def test_what_only_one_source_has_is_left_out_and_so_is_what_is_over():
    first, *_ = KEPT.split("# ")[1:]

    assert text([KEPT, first], NOW) == f"# {first}"
    assert text([KEPT], datetime.datetime(2200, 1, 1, tzinfo=datetime.UTC)) == ""


def test_what_is_written_is_pinned(tmp_path, monkeypatch):
    file, pin = tmp_path / "bundle.pem", tmp_path / "pin.toml"
    pin.write_text('# Words.\nwritten = 2001-01-01\nsha256 = ""\nurl = "u"\n')
    monkeypatch.setattr("tests.lambda_.ca_bundle_source.FILES", (file,))
    monkeypatch.setattr("tests.lambda_.ca_bundle_source.PIN", pin)
    write([BUNDLE.decode()], NOW)

    assert file.read_text().count("# until ") == 2
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert pin.read_text() == f'# Words.\nwritten = {NOW.date()}\nsha256 = "{digest}"\nurl = "u"\n'
