"""Import the modules of one deployment root as Lambda does: its folder first on the path, apart from the other root."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

LAMBDA = Path(__file__).resolve().parents[2] / "lambda"
ROTATION = LAMBDA / "rotation"
APP = LAMBDA / "app"


def load_root(folder: Path) -> SimpleNamespace:
    """Return the folder's modules by name; sys.modules is left as it was, so that two roots can share names."""
    names = sorted(path.stem for path in folder.glob("*.py"))
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        return SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)
