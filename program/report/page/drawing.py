"""The architecture as a drawing: columns from what nothing uses to what most use, and an arrow for each use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from program.report.content.architecture import Architecture, Part

BOX_WIDTH, BOX_HEIGHT = 150, 64
_GAP, _MARGIN = 60, 24
# How far an arrow that passes other columns bends away from them.
_BEND = 46
_MOST_PARTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One component at its place."""

    part: Part
    x: int
    y: int

    @property
    def lines(self) -> tuple[str, str]:
        """Return what is in it: how much, and of which services."""
        return f"{self.part.count} resources", ", ".join(self.part.services)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A curve from the border of one box to the border of another, as SVG's path has it."""

    path: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All boxes and arrows, in a space so large."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def drawn(found: Architecture) -> Drawing:
    """Return the drawing; of more components than can be told apart the first."""
    columns = _columns(found)
    most = max(map(len, columns), default=0)
    height = most * (BOX_HEIGHT + _GAP) + 2 * _BEND
    boxes = {
        part.name: Box(part=part, x=_MARGIN + column * (BOX_WIDTH + _GAP), y=_y(row, len(parts), height))
        for column, parts in enumerate(columns)
        for row, part in enumerate(parts)
    }
    arrows = (
        Arrow(path=_path(boxes[user], boxes[other]), about=f"{user} uses {other}")
        for user, other in found.uses
        if user in boxes and other in boxes
    )
    width = 2 * _MARGIN + max(len(columns), 1) * (BOX_WIDTH + _GAP) - _GAP
    return Drawing(boxes=tuple(boxes.values()), arrows=tuple(arrows), width=width, height=height)


def _columns(found: Architecture) -> list[list[Part]]:
    """Return the parts by how many others use them."""
    used = {part.name: sum(other == part.name for _, other in found.uses) for part in found.parts}
    columns: dict[int, list[Part]] = defaultdict(list)
    for part in found.parts[:_MOST_PARTS]:
        columns[used[part.name]].append(part)
    return [columns[count] for count in sorted(columns)]


def _y(row: int, rows: int, height: int) -> int:
    """Return the top of a box: those of one column stand in the middle of the height."""
    space = rows * BOX_HEIGHT + (rows - 1) * _GAP
    return (height - space) // 2 + row * (BOX_HEIGHT + _GAP)


def _path(start: Box, end: Box) -> str:
    if start.x == end.x:
        down = start.y < end.y
        x = start.x + BOX_WIDTH // 2 + (14 if down else -14)
        y1, y2 = (start.y + BOX_HEIGHT, end.y) if down else (start.y, end.y + BOX_HEIGHT)
        return f"M{x} {y1}L{x} {y2}"
    right = start.x < end.x
    x1, x2 = (start.x + BOX_WIDTH, end.x) if right else (start.x, end.x + BOX_WIDTH)
    # Both ways between two boxes are two lines.
    y1, y2 = start.y + BOX_HEIGHT // 2 + (-8 if right else 8), end.y + BOX_HEIGHT // 2 + (-8 if right else 8)
    passed = abs(start.x - end.x) // (BOX_WIDTH + _GAP) - 1
    bend = -passed * 2 * _BEND if right else passed * 2 * _BEND
    third = (x2 - x1) // 3
    return f"M{x1} {y1}C{x1 + third} {y1 + bend} {x2 - third} {y2 + bend} {x2} {y2}"
