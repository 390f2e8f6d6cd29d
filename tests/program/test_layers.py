"""The wings need only what stands below them: the contract in pyproject.toml, which `make lint` checks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from program.project.definition import ROOT
from tests.program.cli.running import copy_of_the_project

LINTER = Path(sys.executable).with_name("lint-imports")
# Each would be an arrow that runs back.
FORBIDDEN = {
    "policies/rule.py": "import program.errors",
    "program/engine/records.py": "import program.report.check_formats",
    "program/github/comment.py": "import program.workflow.pulls",
    "program/manifest/scaling.py": "import program.service.settings",
    "program/offline/check.py": "import program.engine.preview",
    "program/report/check_formats.py": "import program.github.client",
    "program/project/naming.py": "import program.service.settings",
    "program/workflow/scope.py": "import program.cli.options",
}


def linted(project):
    return subprocess.run(
        [LINTER, "--no-cache", "--no-logo"], cwd=project, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def project(tmp_path):
    folder = copy_of_the_project(tmp_path)
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_the_wings_keep_their_order(project):
    done = linted(project)

    assert done.returncode == 0, f"an import runs back; move what it needs down, or the importer up:\n{done.stdout}"


@pytest.mark.parametrize("file", FORBIDDEN)
def test_an_import_that_runs_back_is_refused(project, file):
    module = project / file
    module.write_text(f"{module.read_text(encoding='utf-8')}\n{FORBIDDEN[file]}\n", encoding="utf-8")

    done = linted(project)

    assert done.returncode == 1
    assert FORBIDDEN[file].removeprefix("import ") in done.stdout


def test_the_guide_draws_the_same_order():
    contract = _between(ROOT / "pyproject.toml", "layers = [", "]")
    drawing = _between(ROOT / "CONTRIBUTING.md", "<!-- layers -->", "<!-- /layers -->")

    layers = [layer for layer in re.findall(r"program\.([a-z]+)", contract) if layer not in ("errors", "sdk")]
    drawn = re.findall(r"^    ([a-z]+)/ ", drawing, re.MULTILINE)
    assert drawn == layers, "draw the layers in CONTRIBUTING.md as pyproject.toml has them"


def _between(file, start, end):
    return file.read_text(encoding="utf-8").partition(start)[2].partition(end)[0]
