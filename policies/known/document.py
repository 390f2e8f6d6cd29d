"""The known world as tables for people: each type's properties with their judges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from policies.known.models import Judge, KnownType
from policies.known.tables import known, known_options, known_parameters
from policies.known.worlds import SERVICE, WORLDS

# The slashes in the name of a file that stands in no world's folder.
_DEPTH_OF_SHARED = 2


def known_properties() -> Iterator[str]:
    """Yield a table for each type of each world, for the database's parameters and for the options of resources."""
    shared = {type_ for type_, file in known(SERVICE).files.items() if file.count("/") == _DEPTH_OF_SHARED}
    yield from _types("every project", {type_: known(SERVICE).types[type_] for type_ in shared})
    for world in WORLDS:
        yield from _types(
            f"the {world}", {type_: known(world).types[type_] for type_ in {*known(world).types} - shared}
        )
    for group in known_parameters().groups:
        yield from ("", f"### Parameters of {group.type}", "")
        yield from _table([("", name, judge) for name, judge in _sorted(group.parameters)])
    yield from ("", "### Options of resources", "")
    yield from _table([("", name, judge) for name, judge in _sorted(known_options().options)])


def _types(project: str, types: Mapping[str, KnownType]) -> Iterator[str]:
    yield from ("", f"### Of {project}") if types else ()
    for type_, found in sorted(types.items()):
        rows = [("", path, judge) for path, judge in found.properties.items()]
        for name, resource in found.resources.items():
            rows += [(name, path, judge) for path, judge in resource.properties.items()]
        yield from ("", f"#### {type_}", "", found.reason, "")
        yield from _table(rows)
        if found.documents:
            yield ""
            yield f"Statements of {', '.join(f'`{prop}`' for prop in found.documents)} are known by resource."


def _sorted(judges: Mapping[str, Judge]) -> list[tuple[str, Judge]]:
    return sorted(judges.items())


def _table(rows: list[tuple[str, str, Judge]]) -> Iterator[str]:
    yield "| property | of | judged by |"
    yield "|---|---|---|"
    for name, path, judge in rows:
        yield f"| `{path}` | {f'`{name}`' if name else 'all'} | {_cell(judge)} |"


def _cell(judge: Judge) -> str:
    said = "; ".join(_said(judge)) + (" (must be set)" if judge.required else "")
    return said.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def _said(judge: Judge) -> Iterator[str]:
    if judge.free is not None:
        yield f"any value: {judge.free}"
    if judge.rule is not None:
        yield f"[{judge.rule}](#{judge.rule})"
    for values, joint in (([judge.is_] if judge.is_ is not None else judge.one_of, " or "), (judge.all_of, " and ")):
        if values:
            yield joint.join(f"`{json.dumps(value)}`" for value in values)
    if judge.limit is not None:
        yield f"the limit `{judge.limit}`"
    if judge.own is not None:
        yield f"own `{judge.own}`{f' of `{judge.of}`' if judge.of is not None else ''}"
    if judge.network is not None:
        yield f"`{judge.network}` of the network"
    if judge.name is not None:
        yield f"`{judge.name}`"
    if judge.file is not None:
        yield f"a local file: {' or '.join(f'`{ending}`' for ending in judge.file)}"
