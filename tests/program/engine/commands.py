"""Run the command line's door in this process, on a copy of the project, with the stand-in for the CLI.

The offline check takes seconds, so that its recorded result stands for it; tests with a process of their own run it.
"""

import os
import shutil
import sys
from functools import partial

from policies.drift_ignores import load_ignores
from program.cli.__main__ import main
from program.engine.pulumi_cli.workspace import workspace
from program.project.definition import ROOT
from tests.program.engine.standin import StandIn, recorded_check


class Commands:
    """The copy is `project`, the CLI `pulumi`; `declared` is what the offline check says."""

    def __init__(self, monkeypatch, capsys, folder):
        self.project = small_project(folder / "project")
        self.pulumi = StandIn(folder / "bin")
        self.declared = recorded_check()
        self._monkeypatch, self._capsys = monkeypatch, capsys
        leave_no_account(monkeypatch, self.pulumi)
        monkeypatch.setitem(workspace.__wrapped__.__kwdefaults__, "root", self.project)
        monkeypatch.setattr("program.cli.engine_options.ROOT", self.project)
        for module in ("preview", "drift"):
            monkeypatch.setattr(f"program.engine.{module}.check_one", lambda *_, **__: self.declared)

    def ignore(self, text):
        """Let the drift file say this."""
        file = self.project / "policies" / "drift-ignores.yaml"
        file.write_text(text)
        self._monkeypatch.setattr("program.cli.drift.load_ignores", partial(load_ignores, file))

    def run(self, *arguments):
        """Return exit code, stdout and stderr of the command."""
        self._monkeypatch.setattr(sys, "argv", ["parity", *map(str, arguments)])
        self._capsys.readouterr()
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        else:
            code = 0
        said = self._capsys.readouterr()
        return code, said.out, said.err


def small_project(folder):
    """Return a folder with what the commands themselves read of the project; the CLI reads the rest."""
    for name in (
        "Pulumi.yaml",
        "policies/drift-ignores.yaml",
        "policies/PulumiPolicy.yaml",
        "program/service/stack.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    return folder


def leave_no_account(monkeypatch, pulumi):
    """Put the stand-in first on PATH, and take away whatever the machine knows of Pulumi."""
    for name in [name for name in os.environ if name.startswith(("PULUMI_", "AWS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", pulumi.path)
