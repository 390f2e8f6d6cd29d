"""Places and rules as links to the repository at one commit, where there is one; else as code."""

from __future__ import annotations

from program.report.content.links import Links
from program.report.markdown.words import name


def linked_place(source: str, links: Links | None) -> str:
    """Return `file:line` as code, linked; the link's text is the file's own name, which fits a narrow screen."""
    address = links.place(source) if links is not None else None
    return f"[{name(source.rpartition('/')[2])}]({address})" if address else name(source)


def linked_rule(rule: str, links: Links | None) -> str:
    """Return the rule's id as code, linked to its page."""
    address = links.rule(rule) if links is not None else None
    return f"[{name(rule)}]({address})" if address else name(rule)
