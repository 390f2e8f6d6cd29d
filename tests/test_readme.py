"""What the README shows is what is printed, and what it lists is what there is."""

import os
import re

from program.cli.__main__ import COMMANDS
from program.offline.stackfile import ROOT
from tests.program.cli.running import run

README = ROOT / "README.md"
SHOWN = re.compile(r"(<!-- check -->\n)(.*?)(<!-- /check -->)", re.DOTALL)


def test_the_readme_shows_what_the_check_prints():
    output = run("check").stdout.strip("\n")
    printed = f"\n```text\n{output}\n```\n\n"
    text = README.read_text()
    if os.environ.get("UPDATE_GOLDEN"):
        text = SHOWN.sub(lambda match: match[1] + printed + match[3], text)
        README.write_text(text)

    shown = SHOWN.search(text)

    assert shown is not None
    assert shown[2] == printed, "the README shows another output; run: make golden, then review the diff"


def test_the_readme_lists_every_command():
    listed = set(re.findall(r"^\| `([a-z-]+)", README.read_text(), re.MULTILINE))

    assert listed == set(COMMANDS), "mend the README's table of commands"
