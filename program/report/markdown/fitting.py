"""Put sections together so that they fit, whatever is in them: what is last is dropped first, and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from program.report.content.summary import plural

# GitHub's 65,536 characters of a comment or an issue, and the 1 MiB of a job summary, with room to spare. What is
# counted is bytes of UTF-8, of which a text has at least as many as of any other unit.
COMMENT_BYTES = 65_000
SUMMARY_BYTES = 1_000_000
# For the line that names what was left out.
_RESERVE = 2_000
_LONGEST_ADDRESS = 500
_BREAK = "\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A piece of the report that can be cut after any of its items; `noun` is what one item is called."""

    noun: str
    items: tuple[str, ...]
    opening: str = ""
    closing: str = ""
    separator: str = "\n"

    def text(self, count: int) -> str:
        """Return the section with so many of its items, and how many more there are."""
        more = len(self.items) - count
        rest = f"{_BREAK}*and {plural(more, 'more ' + self.noun)}*" if more else ""
        return f"{self.opening}{self.separator.join(self.items[:count])}{rest}{self.closing}"


def folded(
    noun: str, title: str, items: Sequence[str], *, opening: str = "", separator: str = "\n", is_open: bool = False
) -> Section:
    """Return a section that a reader opens, or finds open; its title is harmless already."""
    return Section(
        noun=noun,
        items=tuple(items),
        opening=f"<details{' open' if is_open else ''}><summary>{title}</summary>{_BREAK}{opening}",
        closing=f"{_BREAK}</details>",
        separator=separator,
    )


def fitted(head: str, sections: Sequence[Section], *, limit: int, run: str | None) -> str:
    """Return the head and as much of the sections as fits into `limit` bytes of UTF-8, ending with a line break.

    The head must leave the reserve free. After the first section that is cut, nothing less important follows.
    """
    blocks = [head]
    room = limit - size(head) - _RESERVE
    left: dict[str, int] = {}
    for section in sections:
        count = 0 if left else _count(section, room)
        if count:
            blocks.append(section.text(count))
            room -= size(_BREAK + blocks[-1])
        if count < len(section.items):
            left[section.noun] = left.get(section.noun, 0) + len(section.items) - count
    if left:
        blocks.append(_left_out(left, run))
    return _BREAK.join(blocks) + "\n"


def size(text: str) -> int:
    """Return the bytes of the text in UTF-8."""
    return len(text.encode("utf-8"))


def _count(section: Section, room: int) -> int:
    """Return how many items of the section fit into the room."""
    fixed = size(_BREAK + section.opening + section.closing)
    rest = size(section.text(0)) - size(section.opening + section.closing)
    used = fixed
    for index, item in enumerate(section.items):
        used += size(item) + size(section.separator)
        last = index == len(section.items) - 1
        if used + (0 if last else rest) > room:
            return index
    return len(section.items)


def _left_out(left: dict[str, int], run: str | None) -> str:
    counts = ", ".join(plural(count, noun) for noun, count in left.items())
    link = f" [The run]({run}) has all of it." if run and size(run) <= _LONGEST_ADDRESS else ""
    return f"*Left out, as GitHub takes no more: {counts}.*{link}"
