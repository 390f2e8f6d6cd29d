"""A small function to package: no dependencies, and a CA bundle of its own."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from program.service.ca_bundle import BUNDLE_NAME, BundlePin


def certificate(until: datetime.date) -> bytes:
    """Return an authority's certificate that ends on that day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"until {until}")])
    end = datetime.datetime.combine(until, datetime.time())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - datetime.timedelta(days=9999))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def pin_of(content: bytes) -> BundlePin:
    digest = hashlib.sha256(content).hexdigest()
    return BundlePin(sha256=digest, url="https://example.org/bundle.pem", known_at_aws=digest)


BUNDLE = certificate(datetime.date(2061, 1, 1)) + certificate(datetime.date(2121, 1, 1))


def make_bundle(parent: Path) -> Path:
    """Write the bundle."""
    file = parent / "bundle.pem"
    file.write_bytes(BUNDLE)
    return file


def make_function(parent: Path) -> Path:
    """Write the function's folder."""
    folder = parent / "rotation"
    folder.mkdir()
    (folder / "handler.py").write_text("handled = True\n")
    (folder / "helper.py").write_text("helped = True\n")
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / "README.md").write_text("words\n")
    pin = pin_of(BUNDLE)
    (folder / BUNDLE_NAME).write_bytes(BUNDLE)
    (folder / "ca-bundle.toml").write_text(
        f'sha256 = "{pin.sha256}"\nurl = "{pin.url}"\nknown_at_aws = "{pin.known_at_aws}"\n'
    )
    return folder
