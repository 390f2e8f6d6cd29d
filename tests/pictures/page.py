"""A Markdown text as GitHub shows it, as far as a picture needs: one self-contained HTML page."""

import html
import re
from pathlib import Path

from markdown_it import MarkdownIt

_CSS = (Path(__file__).parent / "github.css").read_text(encoding="utf-8")
_KINDS = {"+": "a", "-": "d", "!": "c"}


def page_of(text, *, unfold=False):
    """Return the page; `unfold` opens what a reader would have to open."""
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True, "highlight": _coloured}).enable("table")
    body = parser.render(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    if unfold:
        body = body.replace("<details>", "<details open>")
    return f'<!doctype html><meta charset="utf-8"><title>Report</title><style>{_CSS}</style>{body}'


def _coloured(code, language, _attributes):
    if language != "diff":
        return html.escape(code)
    lines = []
    for line in code.splitlines():
        kind = _KINDS.get(line[:1])
        shown = html.escape(line)
        lines.append(f'<span class="{kind}">{shown}</span>' if kind else shown)
    return "\n".join(lines)
