"""The CA bundle of Amazon RDS, kept in the repository: whether it is the pinned one, and what AWS has by now."""

from __future__ import annotations

import datetime
import hashlib
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from program.errors import CouldNotRunError

BUNDLE_PIN = "ca-bundle.toml"
# Where the function looks for the bundle, beside its own code.
BUNDLE_NAME = "rds-global-bundle.pem"
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePin:
    """The one CA bundle that goes into the zip: its SHA-256, AWS's address, and the SHA-256 that was AWS's then."""

    sha256: str
    url: str
    known_at_aws: str


def bundle_pin(folder: Path) -> BundlePin:
    """Return the pinned CA bundle of the function in that folder."""
    with (folder / BUNDLE_PIN).open("rb") as file:
        pin = tomllib.load(file)
    return BundlePin(sha256=pin["sha256"], url=pin["url"], known_at_aws=pin["known_at_aws"])


def check_bundle(content: bytes, pin: BundlePin, today: datetime.date) -> int:
    """Return how many certificates the bundle holds; raise if it is not the pinned one, or one is out of date."""
    found = hashlib.sha256(content).hexdigest()
    if found != pin.sha256:
        raise CouldNotRunError(
            f"{BUNDLE_NAME} has the SHA-256 {found}, {BUNDLE_PIN} pins {pin.sha256}: take back the change of either "
            f"(git checkout lambda), or write both anew (lambda/rotation/README.md)"
        )
    certificates = _certificates(content)
    if certificates is None:
        raise CouldNotRunError(f"{BUNDLE_NAME} is no list of certificates in PEM; git checkout lambda brings it back")
    midnight = datetime.datetime.combine(today, datetime.time(), datetime.UTC).timestamp()
    over = [each for each in certificates if ssl.cert_time_to_seconds(str(each["notAfter"])) < midnight]
    if over:
        raise CouldNotRunError(
            f"{len(over)} of the {len(certificates)} certificates in {BUNDLE_NAME} are out of date; write it anew "
            f"(lambda/rotation/README.md)"
        )
    return len(certificates)


def news(kept: bytes, at_aws: bytes, pin: BundlePin) -> str | None:
    """Return what AWS's bundle has that the kept one doesn't; None when AWS has the one that was known."""
    if hashlib.sha256(at_aws).hexdigest() == pin.known_at_aws:
        return None
    certificates = _certificates(at_aws)
    if certificates is None:
        return f"{pin.url} answers with something else than certificates"
    there = {str(each["serialNumber"]) for each in _certificates(kept) or ()}
    added = sorted({_name(each) for each in certificates if str(each["serialNumber"]) not in there})
    if not added:
        return "AWS has another CA bundle, with no certificate that the kept one lacks"
    more = f" and {len(added) - _NAMED} more" if len(added) > _NAMED else ""
    return (
        f"AWS has another CA bundle, with certificates that the kept one lacks: {', '.join(added[:_NAMED])}{more}. "
        f"Databases in regions that it has go on; to take it over: lambda/rotation/README.md"
    )


def _certificates(content: bytes) -> list[Mapping[str, Any]] | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=content.decode("ascii"))
    except (ValueError, ssl.SSLError):
        return None
    return [*context.get_ca_certs()]


def _name(certificate: Mapping[str, Any]) -> str:
    parts = {key: value for part in certificate["subject"] for key, value in part}
    return str(parts.get("commonName", certificate["serialNumber"]))
