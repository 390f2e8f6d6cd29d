"""The reports as a reader sees them, byte by byte."""

import os
from pathlib import Path

import pytest

from program.report.check_formats import render
from tests.program.report.results import clean, violating

GOLDEN = Path(__file__).parents[2] / "golden" / "check"
RESULTS = {"clean": clean, "violating": violating}
SUFFIXES = {"text": "txt", "markdown": "md", "sarif": "sarif", "github": "log", "json": "json"}


@pytest.mark.parametrize("format_", sorted(SUFFIXES))
@pytest.mark.parametrize("name", sorted(RESULTS))
def test_the_report_is_the_golden_one(name, format_):
    file = GOLDEN / f"{name}.{SUFFIXES[format_]}"
    report = render(format_, RESULTS[name]())
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(report, encoding="utf-8")

    golden = file.read_text(encoding="utf-8") if file.exists() else ""
    assert report == golden, f"{file.name} is not what was agreed on; run: make golden, then review the diff"


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_no_line_of_the_text_is_wider_than_a_log_or_ends_in_spaces(name):
    # The verdict is one line, however long: whoever looks for it in a log finds all of it.
    *lines, _ = render("text", RESULTS[name]()).splitlines()

    assert [line for line in lines if len(line) > 100 or line != line.rstrip()] == []
