"""Puts a `pulumi` on PATH that knows stacks from one JSON file, for tests that are not about the CLI itself."""

import json
import os
import stat
import sys

_SCRIPT = """\
#!{python}
import json, pathlib, sys
file = pathlib.Path({file!r})
state = json.loads(file.read_text())
words = [word for word in sys.argv[1:] if not word.startswith("-")]
options = dict(zip(sys.argv[1:], sys.argv[2:]))
stack = options.get("--stack")
state["calls"].append(" ".join([*words[:2], *([stack] if stack else [])]))
code = state["codes"].get(words[0] if words[0] != "stack" else " ".join(words[:2]), 0)
if words[0] == "version":
    print("v9.9.9")
elif words[:2] == ["stack", "ls"]:
    print(state["listing"])
elif words[:2] == ["stack", "export"]:
    resources = [] if stack in state["destroyed"] else state["resources"]
    print(json.dumps({{"deployment": {{"resources": resources}}}}))
elif words[0] == "destroy" and code == 0:
    state["destroyed"].append(stack)
if code:
    print("error: no", file=sys.stderr)
file.write_text(json.dumps(state))
sys.exit(code)
"""


class FakePulumi:
    """The CLI; `state` is what it knows and was called with."""

    def __init__(self, folder):
        folder.mkdir()
        self._file = folder / "state.json"
        self.set(calls=[], codes={}, destroyed=[], listing="[]", resources=[])
        script = folder / "pulumi"
        script.write_text(_SCRIPT.format(python=sys.executable, file=str(self._file)))
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        self.path = f"{folder}{os.pathsep}{os.environ['PATH']}"

    @property
    def state(self):
        return json.loads(self._file.read_text())

    def set(self, **values):
        before = self.state if self._file.exists() else {}
        self._file.write_text(json.dumps(before | values))
