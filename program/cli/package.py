"""`package`: build the rotation function's zip."""

from __future__ import annotations

import datetime
import http.client
import os
import tempfile
import urllib.request
from pathlib import Path

import click

from program.offline.documents import limited
from program.service.ca_bundle import BUNDLE_NAME, BundlePin, bundle_pin, check_bundle, news
from program.service.packaging import Package, output_of, package_rotation

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "lambda" / "rotation"
BUILD = ROOT / "build"
_TIMEOUT_SECONDS = 30
# Some ten times of what it is: whatever is larger is not the bundle.
_LARGEST_BYTES = 2_000_000


@click.command()
@click.option(
    "--ask-aws",
    is_flag=True,
    help="Say also whether AWS has another CA bundle by now. That is advice: whatever the answer, the zip is built.",
)
@click.option(
    "--build",
    type=click.Path(file_okay=False, path_type=Path),
    default=BUILD,
    show_default="build/ at the root",
    help="The folder that the zip is written to.",
)
def package(build: Path, *, ask_aws: bool) -> None:
    """Build the rotation function's zip for Lambda, the same bytes on every machine, and print its path.

    The CA bundle of Amazon RDS is lambda/rotation/rds-global-bundle.pem; it must have the SHA-256 in ca-bundle.toml.
    Exits with 3 when it has another, or when a dependency can't be had.
    """
    pin = bundle_pin(FOLDER)
    content = limited(FOLDER / BUNDLE_NAME, _LARGEST_BYTES)
    count = check_bundle(content, pin, datetime.datetime.now(datetime.UTC).date())
    _say(f"the CA bundle is the pinned one: {count} certificates")
    if ask_aws:
        _say(_advice(content, pin))
    with tempfile.NamedTemporaryFile() as checked:
        # What was checked is what is packaged, whatever happens to the file meanwhile.
        checked.write(content)
        checked.flush()
        built = package_rotation(FOLDER, output_of(FOLDER, build), Path(checked.name))
    _report(built)


def _advice(kept: bytes, pin: BundlePin) -> str:
    """Return what there is to say of AWS's bundle, in GitHub's workflows as a notice."""
    said = _asked(kept, pin)
    if said is None:
        return "AWS has the CA bundle that was known when this one was written"
    return f"::notice title=CA bundle::{said}" if os.environ.get("GITHUB_ACTIONS") else f"notice: {said}"


def _asked(kept: bytes, pin: BundlePin) -> str | None:
    if not pin.url.startswith("https://"):
        return f"{pin.url} is not an https address: AWS was not asked for its CA bundle"
    try:
        with urllib.request.urlopen(pin.url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 (https, see above)
            content: bytes = response.read(_LARGEST_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        return f"AWS can't be asked for its CA bundle at {pin.url}: {' '.join(str(error).split())}"
    if len(content) > _LARGEST_BYTES:
        return f"{pin.url} is larger than {_LARGEST_BYTES} bytes: not the CA bundle"
    return news(kept, content, pin)


def _report(built: Package) -> None:
    _say(f"{built.entries} files, {built.file.stat().st_size} bytes")
    _say(f"source hash {built.source_hash}")
    _say(f"SHA-256 of the zip {built.sha256}")
    click.echo(built.file)


def _say(text: str) -> None:
    click.echo(text, err=True)
