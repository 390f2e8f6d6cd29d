"""The kept CA bundle is the pinned one; what AWS has by now is told by names."""

import datetime
from pathlib import Path

import pytest

from program.errors import CouldNotRunError
from program.service.ca_bundle import bundle_pin, check_bundle, news
from tests.program.small_function import BUNDLE, certificate, pin_of

ROTATION = Path(__file__).resolve().parents[3] / "lambda" / "rotation"
TODAY = datetime.date(2030, 6, 1)


def test_the_pinned_bundle_is_taken():
    assert check_bundle(BUNDLE, pin_of(BUNDLE), TODAY) == 2


def test_another_bundle_is_refused_with_both_digests():
    with pytest.raises(CouldNotRunError) as caught:
        check_bundle(BUNDLE + b"\n", pin_of(BUNDLE), TODAY)
    assert pin_of(BUNDLE).sha256 in str(caught.value)
    assert pin_of(BUNDLE + b"\n").sha256 in str(caught.value)
    assert "git checkout lambda" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff", BUNDLE[:200]])
def test_a_bundle_of_something_else_is_refused(content):
    with pytest.raises(CouldNotRunError, match="no list of certificates in PEM"):
        check_bundle(content, pin_of(content), TODAY)


def test_a_bundle_with_a_certificate_that_is_out_of_date_is_refused():
    content = BUNDLE + certificate(TODAY - datetime.timedelta(days=1))
    with pytest.raises(CouldNotRunError, match=r"1 of the 3 certificates in rds-global-bundle\.pem are out of date"):
        check_bundle(content, pin_of(content), TODAY)


def test_the_rotations_own_pin_says_where_aws_has_its_own():
    pin = bundle_pin(ROTATION)
    assert pin.url == "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    assert len(bytes.fromhex(pin.sha256)) == len(bytes.fromhex(pin.known_at_aws)) == 32


def test_of_many_new_certificates_five_are_named():
    ends = [datetime.date(2100 + number, 1, 1) for number in range(7)]
    said = news(BUNDLE, b"".join([BUNDLE, *map(certificate, ends)]), pin_of(BUNDLE))
    assert "lacks: until 2100-01-01, until 2101-01-01, until 2102-01-01" in said
    assert "until 2104-01-01 and 2 more. " in said


def test_a_bundle_with_less_in_it_has_no_news():
    said = news(BUNDLE, certificate(datetime.date(2061, 1, 1)) and BUNDLE + b"\n", pin_of(BUNDLE))
    assert said == "AWS has another CA bundle, with no certificate that the kept one lacks"
