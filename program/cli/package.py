"""`package`: build the rotation function's zip."""

from __future__ import annotations

import datetime
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import click

from program.errors import CouldNotRunError
from program.offline.documents import limited
from program.service.packaging import BundlePin, Package, bundle_pin, check_bundle, output_of, package_rotation

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "lambda" / "rotation"
BUILD = ROOT / "build"
_TIMEOUT_SECONDS = 30
# Some ten times of what it is: whatever is larger is not the bundle.
_LARGEST_BYTES = 2_000_000


@click.command()
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A local copy of the RDS CA bundle, instead of a download; it must have the pinned SHA-256.",
)
@click.option(
    "--build",
    type=click.Path(file_okay=False, path_type=Path),
    default=BUILD,
    show_default="build/ at the root",
    help="The folder that the zip is written to.",
)
def package(bundle: Path | None, build: Path) -> None:
    """Build the rotation function's zip for Lambda, the same bytes on every machine, and print its path.

    Downloads the CA bundle of Amazon RDS and refuses it unless it has the SHA-256 in lambda/rotation/ca-bundle.toml.
    Exits with 3 when the bundle or a dependency can't be had.
    """
    pin = bundle_pin(FOLDER)
    content = limited(bundle, _LARGEST_BYTES) if bundle else _download(pin)
    count = check_bundle(content, pin, datetime.datetime.now(datetime.UTC).date())
    _say(f"the CA bundle is the pinned one: {count} certificates")
    with tempfile.NamedTemporaryFile() as checked:
        # What was checked is what is packaged, whatever happens to the file meanwhile.
        checked.write(content)
        checked.flush()
        built = package_rotation(FOLDER, output_of(FOLDER, build), Path(checked.name))
    _report(built)


def _download(pin: BundlePin) -> bytes:
    if not pin.url.startswith("https://"):
        raise CouldNotRunError(f"{pin.url} is not an https address")
    _say(f"downloading {pin.url} ...")
    try:
        with urllib.request.urlopen(pin.url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 (https, see above)
            content: bytes = response.read(_LARGEST_BYTES + 1)
    except (OSError, urllib.error.URLError) as error:
        raise CouldNotRunError(
            f"the CA bundle can't be downloaded from {pin.url}: {error}. Fetch it elsewhere and give it with --bundle"
        ) from error
    if len(content) > _LARGEST_BYTES:
        raise CouldNotRunError(f"{pin.url} is larger than {_LARGEST_BYTES} bytes: not the CA bundle")
    return content


def _report(built: Package) -> None:
    _say(f"{built.entries} files, {built.file.stat().st_size} bytes")
    _say(f"source hash {built.source_hash}")
    _say(f"SHA-256 of the zip {built.sha256}")
    click.echo(built.file)


def _say(text: str) -> None:
    click.echo(text, err=True)
