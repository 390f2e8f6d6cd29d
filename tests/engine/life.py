"""What the tests of a stack's life share: the commands, each with its record."""

import json
from pathlib import Path
from typing import Any

from tests.engine.harness import Engine, Result


def preview(engine: Engine, stack: str, bundle: str = "bundle", *options: str) -> tuple[Result, dict[str, Any], Path]:
    """Return how `preview` ended, its record, and the bundle."""
    folder = engine.folder / f"{bundle}-{stack}"
    result = engine.parity("preview", stack, "--init", "--bundle", str(folder), *options)
    record = folder / "record.json"
    assert record.exists(), result.output
    return result, json.loads(record.read_text()), folder


def apply(engine: Engine, stack: str, bundle: Path, *options: str) -> tuple[Result, dict[str, Any]]:
    """Return how `apply` ended, and its record."""
    result = engine.parity("apply", stack, "--bundle", str(bundle), "--format", "json", *options)
    return result, _record(result)


def drift(engine: Engine, stack: str) -> tuple[Result, dict[str, Any]]:
    """Return how `drift` ended, and its record."""
    result = engine.parity("drift", stack, "--format", "json")
    return result, _record(result)


def destroy(engine: Engine, stack: str, *options: str) -> tuple[Result, dict[str, Any]]:
    """Return how `destroy` ended, and its record."""
    result = engine.parity("destroy", stack, "--format", "json", *options)
    return result, _record(result)


def must_deploy(engine: Engine, stack: str) -> None:
    """Bring the stack to what the code declares."""
    result, _, bundle = preview(engine, stack, "deploying")
    assert result.code == 0, result.output
    result, _ = apply(engine, stack, bundle)
    assert result.code == 0, result.output


def _record(result: Result) -> dict[str, Any]:
    assert result.stdout, result.stderr
    record: dict[str, Any] = result.json()
    return record
