"""The page: one HTML file that asks for nothing else, in which no name is more than a name."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from program.engine.records import DriftRecord
from program.report.content.model import Report
from program.report.page.data import page_data

_FOLDER = Path(__file__).resolve().parent / "template"


def render(report: Report, history: Sequence[DriftRecord] = ()) -> str:
    """Return the page of the report, with what drift checks found before, from the oldest to the newest."""
    script, style = _own("page.js"), _own("page.css")
    # The browser runs this script and no other, whatever stands in the page.
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'"
    template = _environment().get_template("page.html.j2")
    return template.render(page=page_data(report, history), policy=policy, script=script, style=style)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


@cache
def _own(name: str) -> str:
    """Return a file of ours that stands in the page as it is."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
