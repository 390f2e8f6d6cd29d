"""The policy pack's entry point: Pulumi runs this folder, whatever its name and wherever it was copied to."""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _load() -> None:
    """Make this very folder the package `policies`, whose modules import each other by that name."""
    loaded = sys.modules.get("policies")
    if loaded is not None and loaded.__file__ == str(HERE / "__init__.py"):
        return
    spec = importlib.util.spec_from_file_location(
        "policies", HERE / "__init__.py", submodule_search_locations=[str(HERE)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["policies"] = package
    spec.loader.exec_module(package)


_load()

from policies.pack import serve  # noqa: E402

serve()
