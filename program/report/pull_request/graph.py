"""A picture of what changes: the changed resources, and those that they stand on or that stand on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from program.engine.records import Operation
from program.report.content.model import Report, StackReport
from program.report.markdown.fitting import Section, folded

# More is a picture that nobody reads.
_MOST_RESOURCES = 40
_LONGEST_LABEL = 60
_STYLES = {
    "create": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "update": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "replace": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "delete": "fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:4",
}
_LEGEND = {
    "create": "green: create",
    "update": "yellow: update",
    "replace": "red: replace",
    "delete": "red, dashed: delete",
}
_HARMLESS = re.compile(r"[^A-Za-z0-9 ._/-]")


def graph_section(report: Report) -> Section:
    """Return the picture of the first stack in which it shows something that a list doesn't: what stands on what."""
    for stack in report.stacks:
        if stack.changes and stack.checked is not None and (lines := _lines(stack)):
            used = {change.operation for change in stack.changes}
            legend = ", ".join(words for operation, words in _LEGEND.items() if operation in used)
            picture = "\n".join(["```mermaid", *lines, "```"])
            text = f"{legend}, grey: unchanged; an arrow leads to what a resource uses.\n\n{picture}"
            return folded("picture", f"What changes in {_label(stack.stack)}, and its neighbours", (text,))
    return Section(noun="picture", items=())


def _lines(stack: StackReport) -> list[str]:
    operations: dict[str, Operation] = {change.name: change.operation for change in stack.changes or ()}
    edges = [edge for edge in _edges(stack) if operations.keys() & set(edge)]
    names = sorted(operations.keys() | {name for edge in edges for name in edge})
    if not edges or len(names) > _MOST_RESOURCES:
        return []
    ids = {name: f"r{index}" for index, name in enumerate(names)}
    lines = ["graph LR"]
    for name in names:
        style = f":::{operations[name]}" if name in operations else ""
        lines.append(f'  {ids[name]}["{_label(name)}"]{style}')
    lines += [f"  {ids[user]} --> {ids[used]}" for user, used in edges]
    used_styles = sorted(set(operations.values()))
    return [*lines, *(f"  classDef {operation} {_STYLES[operation]}" for operation in used_styles)]


def _edges(stack: StackReport) -> Iterator[tuple[str, str]]:
    """Yield (resource, what it depends on) by logical name, without components and providers."""
    resources = stack.checked.resources if stack.checked else ()
    names = {resource.urn: resource.name for resource in resources if resource.type.startswith("aws:")}
    for resource in resources:
        if resource.urn in names:
            for urn in sorted(set(resource.dependencies)):
                if urn in names:
                    yield resource.name, names[urn]


def _label(text: str) -> str:
    return _HARMLESS.sub("?", text)[:_LONGEST_LABEL]
