"""The lines of environments.yaml that would declare differences, for somebody to paste, and to give their reasons."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from program.manifest.differences import Difference
from program.manifest.parity import CONFIGURATION

# As many are shown: whoever has more makes the stacks equal, and declares none.
MOST_DECLARED = 5
_PLAIN = re.compile(r"[A-Za-z][\w./-]*(:[\w./-]+)*", re.ASCII)


def declaring_lines(differences: Iterable[Difference]) -> list[str]:
    """Return the lines: a path of the configuration is scaling, a property of a resource is a difference."""
    found = list(differences)[:MOST_DECLARED]
    scaling = [each for each in found if each.resource == CONFIGURATION]
    of_resources = [each for each in found if each.resource != CONFIGURATION]
    lines: list[str] = []
    if scaling:
        lines += ["scaling:", *(f"  - {{path: {_word(each.property)}, reason: ...}}" for each in scaling)]
    if of_resources:
        lines += ["differences:", *_resource_lines(of_resources)]
    return lines


def _resource_lines(differences: Iterable[Difference]) -> Iterator[str]:
    for each in differences:
        type_, _, name = each.resource.rpartition("::")
        yield f"  - type: {_word(type_)}"
        yield f"    name: {_word(name)}"
        yield f"    property: {_word(each.property)}"
        yield "    reason: ..."


def _word(text: str) -> str:
    """Return the text as YAML has it, in quotes where anything in it means something there.

    A backtick, with which a block of code could be left, is written by its number.
    """
    return text if _PLAIN.fullmatch(text) else json.dumps(text).replace("`", "\\u0060")
