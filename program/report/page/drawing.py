"""The architecture as a drawing: boxes in a circle's order, arrows from what uses to what is used."""

from __future__ import annotations

from dataclasses import dataclass

from program.report.content.architecture import Architecture, Part

WIDTH, HEIGHT = 720, 420
BOX_WIDTH, BOX_HEIGHT = 190, 56
# Two columns: what others use stands on the right.
_LEFT, _RIGHT = 20, WIDTH - BOX_WIDTH - 20
_MOST_PARTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One component at its place."""

    part: Part
    x: int
    y: int

    @property
    def about(self) -> str:
        """Return what is in it."""
        return f"{self.part.count} resources: {', '.join(self.part.services)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A line from the border of one box to the border of another."""

    x1: float
    y1: float
    x2: float
    y2: float
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
    used = {part.name: sum(other == part.name for _, other in found.uses) for part in found.parts}
    ordered = sorted(found.parts, key=lambda part: (used[part.name], part.name))[:_MOST_PARTS]
    half = (len(ordered) + 1) // 2
    height = max(half, 1) * (BOX_HEIGHT + 60)
    boxes = {
        part.name: Box(
            part=part,
            x=_LEFT if index < half else _RIGHT,
            y=20 + (index if index < half else index - half) * (BOX_HEIGHT + 60),
        )
        for index, part in enumerate(ordered)
    }
    arrows = (
        _arrow(boxes[user], boxes[other], f"{user} uses {other}")
        for user, other in found.uses
        if user in boxes and other in boxes
    )
    return Drawing(boxes=tuple(boxes.values()), arrows=tuple(arrows), width=WIDTH, height=height)


def _arrow(start: Box, end: Box, about: str) -> Arrow:
    """Return the line between two boxes; in one column it leaves at the side, so that it crosses no box."""
    if start.x == end.x:
        side = start.x + (BOX_WIDTH if start.x == _LEFT else 0)
        offset = 0.3 if start.y < end.y else 0.7
        return Arrow(x1=side, y1=start.y + BOX_HEIGHT * offset, x2=side, y2=end.y + BOX_HEIGHT * offset, about=about)
    left_to_right = start.x < end.x
    return Arrow(
        x1=start.x + (BOX_WIDTH if left_to_right else 0),
        y1=start.y + BOX_HEIGHT * (0.4 if left_to_right else 0.6),
        x2=end.x + (0 if left_to_right else BOX_WIDTH),
        y2=end.y + BOX_HEIGHT * (0.4 if left_to_right else 0.6),
        about=about,
    )
