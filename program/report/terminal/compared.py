"""One stack's manifests side by side: their hashes, and where they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table

from program.engine.records import Hashes
from program.manifest.differences import Difference
from program.report.content.summary import plural
from program.report.content.values import side_by_side
from program.report.markdown.markup import code, table
from program.report.terminal.console import printed

SCHEMA_VERSION = 1
_ROOM = 60
_SHORT = 12


def render(format_: str, hashes: Mapping[str, Hashes], differences: Sequence[Difference]) -> str:
    """Return the comparison as text, json or markdown, ending with a line break."""
    return {"json": _json, "markdown": _markdown, "text": _text}[format_](hashes, differences)


def _json(hashes: Mapping[str, Hashes], differences: Sequence[Difference]) -> str:
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "match": not differences,
        "hashes": {source: item.model_dump(mode="json", by_alias=True) for source, item in hashes.items()},
        "differences": [
            {"resource": item.resource, "property": item.property, "values": dict(item.values)} for item in differences
        ],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _markdown(hashes: Mapping[str, Hashes], differences: Sequence[Difference]) -> str:
    blocks = [f"### {'❌' if differences else '✅'} {_verdict(hashes, differences)}", table(*_hash_table(hashes))]
    if differences:
        rows = [[code(cell) for cell in row] for row in _rows(hashes, differences)]
        blocks.append(table(["Resource", "Property", *hashes], rows))
    return "\n\n".join(blocks) + "\n"


def _text(hashes: Mapping[str, Hashes], differences: Sequence[Difference]) -> str:
    tables = [_grid(*_hash_table(hashes))]
    if differences:
        tables.append(_grid(["Resource", "Property", *hashes], _rows(hashes, differences)))
    return f"{printed(*tables)}\n{_verdict(hashes, differences)}\n"


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    grid = Table(*header, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        grid.add_row(*row)
    return grid


def _hash_table(hashes: Mapping[str, Hashes]) -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            source,
            item.config_hash[:_SHORT],
            item.baseline_hash[:_SHORT],
            item.resources_hash[:_SHORT] if item.resources_hash else f"{plural(item.unknowns, 'value')} not known yet",
        ]
        for source, item in hashes.items()
    ]
    return ["Manifest", "configHash", "baselineHash", "resourcesHash"], rows


def _rows(hashes: Mapping[str, Hashes], differences: Sequence[Difference]) -> list[list[str]]:
    rows: list[list[str]] = []
    for item in differences:
        texts = side_by_side({source: item.values.get(source) for source in hashes}, _ROOM // len(hashes))
        rows.append([item.resource.rpartition("::")[2], item.property, *texts.values()])
    return rows


def _verdict(hashes: Mapping[str, Hashes], differences: Sequence[Difference]) -> str:
    names = " and ".join((", ".join(list(hashes)[:-1]), list(hashes)[-1]))
    return f"{names} differ in {plural(len(differences), 'place')}" if differences else f"{names} are the same"
