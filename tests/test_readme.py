"""What the README shows is what there is now: output, architecture, figures, pictures, commands, and links."""

import os
import re

import pytest

from program.cli.__main__ import COMMANDS
from program.project.definition import ROOT
from program.report.check_formats import render
from tests.pictures import readme

README = ROOT / "README.md"
OPERATING = ROOT / ".github" / "OPERATING.md"
GUIDES = (
    ROOT / "CONTRIBUTING.md",
    ROOT / ".github" / "ADOPTING.md",
    ROOT / ".github" / "SETTING-UP.md",
    ROOT / ".github" / "RUNBOOKS.md",
    ROOT / "lambda" / "app" / "README.md",
)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.fixture(scope="module")
def result():
    return readme.checked()


def shows(name, wanted):
    """Compare the README's block with what is wanted, or write it anew with UPDATE_GOLDEN."""
    block = re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)
    text = README.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        text = block.sub(lambda match: f"{match[1]}\n{wanted}\n\n{match[3]}", text)
        README.write_text(text, encoding="utf-8")
    shown = block.search(text)
    assert shown is not None, f"the README has no block {name}"
    assert shown[2].strip() == wanted.strip(), (
        f"the README shows another {name}; run: make golden, then review the diff"
    )


def test_the_readme_shows_what_the_check_prints(result):
    text = render("text", result).strip("\n")

    assert len(text.splitlines()) <= 14, "a clean check is read at a glance"
    shows("check", f"```text\n{text}\n```")


def test_the_readme_draws_the_architecture_that_is_recorded(result):
    shows("architecture", readme.mermaid(result))


def test_the_readme_counts_the_rules_and_controls_that_there_are():
    shows("figures", readme.figures())


def test_the_picture_of_a_failing_check_is_of_the_check_as_it_is():
    text = readme.failing_check()
    if os.environ.get("UPDATE_GOLDEN"):
        readme.FAILING.write_text(text, encoding="utf-8")

    assert readme.FAILING.read_text(encoding="utf-8") == text, "run: make pictures, then look at it"


def test_the_picture_of_a_report_is_of_the_report_as_it_is():
    assert readme.sources() == {readme.REPORT.name: readme.digest(readme.report_page())}, (
        "the report looks otherwise now; run: make pictures (with Chromium), then look at it"
    )


def test_the_guide_lists_every_command():
    table = OPERATING.read_text(encoding="utf-8").partition("<!-- commands -->")[2].partition("<!-- /commands -->")[0]
    listed = re.findall(r"^\| `([a-z-]+)", table, re.MULTILINE)

    assert listed == list(COMMANDS), "mend the table of commands; its order is that of --help"


@pytest.mark.parametrize("document", [README, OPERATING, *GUIDES], ids=lambda path: path.name)
def test_every_link_within_the_project_leads_somewhere(document):
    links = _LINK.findall(document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", [README, OPERATING, *GUIDES], ids=lambda path: path.name)
def test_whoever_reads_is_told_the_command_that_sets_itself_up(document):
    assert "program.cli" not in document.read_text(encoding="utf-8"), "write ./parity"
