"""The kept CA bundle, written from files in PEM: `python -m tests.lambda_.ca_bundle_source FILE ...`.

A certificate is taken when every file has it, when it has signed itself, is one of an authority and is not out of date.
AWS's regions for previews of its own (Beta, Preview) are left out. The text is the same whatever the order was.
"""

import datetime
import hashlib
import re
import sys
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

LAMBDA = Path(__file__).resolve().parents[2] / "lambda"
# The image is built from its own folder, the zip from its own: each has the file.
FILES = tuple(LAMBDA / folder / "rds-global-bundle.pem" for folder in ("app", "rotation"))
PIN = LAMBDA / "rotation" / "ca-bundle.toml"
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_NOT_OURS = re.compile(r" (Beta|Preview) ")


def certificates(text):
    """Return the certificates of the text by their SHA-256."""
    found = [x509.load_pem_x509_certificate(block.encode()) for block in _BLOCK.findall(text.replace("\r", ""))]
    return {certificate.fingerprint(hashes.SHA256()): certificate for certificate in found}


def name(certificate):
    (found,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found.value)


def is_root(certificate):
    """Tell whether the certificate is an authority's that has signed itself."""
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def text(sources, now):
    """Return the bundle of what all the sources have."""
    by_source = [certificates(source) for source in sources]
    everywhere = set.intersection(*(set(found) for found in by_source))
    taken = [
        certificate
        for fingerprint, certificate in by_source[0].items()
        if fingerprint in everywhere
        and is_root(certificate)
        and certificate.not_valid_after_utc > now
        and not _NOT_OURS.search(name(certificate))
    ]
    taken.sort(key=lambda certificate: (name(certificate), certificate.serial_number))
    return "".join(f"# {name(each)}\n{each.public_bytes(Encoding.PEM).decode()}" for each in taken)


def write(sources, now):
    bundle = text(sources, now).encode()
    for file in FILES:
        file.write_bytes(bundle)
    pinned = re.sub(r'(?m)^sha256 = ".*"$', f'sha256 = "{hashlib.sha256(bundle).hexdigest()}"', PIN.read_text())
    PIN.write_text(re.sub(r"(?m)^written = .*$", f"written = {now.date()}", pinned))


if __name__ == "__main__":
    write([Path(file).read_text(encoding="ascii") for file in sys.argv[1:]], datetime.datetime.now(datetime.UTC))
