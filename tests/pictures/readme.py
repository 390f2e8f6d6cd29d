"""What the README shows, made from the program as it is now: a failing check, a report, the architecture, figures."""

import contextlib
import hashlib
import io
import json
import re
import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from rich.console import Console
from rich.text import Text

from policies.catalogue import RULES
from policies.references import load_references
from program.project.definition import ROOT
from program.report.check_formats import render
from program.report.content.architecture import architecture
from program.report.content.document import read_check
from program.report.pull_request.report import for_comment
from program.report.terminal import console as terminal
from tests.pictures.page import page_of
from tests.program.cli.running import change, copy_of_the_project, run
from tests.program.report.samples import replaced_cluster

FOLDER = ROOT / ".github" / "pictures"
FAILING, REPORT, SOURCES = (FOLDER / name for name in ("failing-check.svg", "pull-request.png", "sources.json"))
_DATABASE = "program/service/components/database.py"
# What the terminal's picture would fetch from elsewhere.
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def checked(root=ROOT):
    """Return the result of a check in that folder, and its text."""
    done = run("check", "--format", "json", root=root)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(done.stdout)
        file.flush()
        return read_check(Path(file.name))


def failing_check():
    """Return the picture of the check of a change that turns the database's encryption off, as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        root = copy_of_the_project(Path(folder))
        change(root, _DATABASE, "storage_encrypted=True", "storage_encrypted=False")
        result = checked(root)
    with _a_terminal():
        text = render("text", result)
    console = Console(record=True, width=terminal.WIDTH, file=io.StringIO(), legacy_windows=False)
    console.print(Text("$ make check\n"))
    console.print(Text.from_ansi(text), soft_wrap=False)
    svg = console.export_svg(title="make check", unique_id="check")
    return "\n".join(line.rstrip() for line in _FONTS.sub("", svg).splitlines()) + "\n"


@contextlib.contextmanager
def _a_terminal():
    screen = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True, encoding="utf-8"))
    variables = {"TERM": "xterm-256color", "COLUMNS": str(terminal.WIDTH), "LINES": "60", "COLORTERM": "truecolor"}
    with mock.patch.object(terminal, "sys", screen), mock.patch.dict("os.environ", variables):
        yield


def report_page():
    """Return the page that the picture of a pull request is taken of."""
    return page_of(for_comment(replaced_cluster()))


def digest(page):
    return hashlib.sha256(page.encode()).hexdigest()


def sources():
    """Return what the committed picture was taken of."""
    return json.loads(SOURCES.read_text(encoding="utf-8"))


def mermaid(result):
    """Return the architecture as a picture that GitHub draws."""
    found = architecture(result.stacks)
    ids = {part.name: f"p{index}" for index, part in enumerate(found.parts)}
    boxes = [
        f'  {ids[part.name]}["{part.name}<br>{part.count} resources: {", ".join(part.services)}"]'
        for part in found.parts
    ]
    arrows = [f"  {ids[user]} --> {ids[used]}" for user, used in found.uses]
    return "\n".join(["```mermaid", "graph LR", *boxes, *arrows, "```"])


def figures():
    """Return how many rules there are, and how many controls they support."""
    references = load_references()
    counts = {
        title: len({item.id for items in references.rules.values() for item in items if item.framework == framework})
        for framework, title in references.frameworks.items()
    }
    named = ", ".join(f"{title} ({count})" for title, count in counts.items())
    return f"**{len(RULES)} rules**, mapped to controls of {named}."
