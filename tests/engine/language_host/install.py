"""Write the language host that the CLI starts: `python -m tests.engine.language_host.install FOLDER`.

It is to lie beside the CLI itself: the CLI looks there first, and warns in every run of one elsewhere on PATH.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

NAME = "pulumi-language-python"
_ROOT = Path(__file__).parents[3]
# -P: the folder that the CLI runs in is a copy of this project, whose modules are not the host's.
_SCRIPT = """\
#!/bin/sh
exec '{python}' -P -c '
import sys
sys.path.insert(0, "{root}")
from tests.engine.language_host.plugin import main
main()
' "$@"
"""


def install(folder: Path) -> Path:
    """Write the executable into the folder; return it."""
    executable = folder / NAME
    executable.write_text(_SCRIPT.format(python=sys.executable, root=_ROOT))
    executable.chmod(0o755)
    return executable


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes the language host of the tests beside the Pulumi CLI.")
    parser.add_argument("folder", type=Path, help="where the CLI lies")
    install(parser.parse_args().folder)
