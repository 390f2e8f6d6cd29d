"""Which values of a stack file Pulumi's reader and ours may read differently: what stands there without quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.strict_yaml import Document
from program.errors import Problem
from program.project.texts import cut

# What both readers take for the same: a whole number as people write one, true and false.
_SAME = re.compile(r"-?(0|[1-9][0-9]{0,14})|true|false")
# What Pulumi's reader takes for a number, a date, a truth value or nothing (YAML 1.1 and 1.2, as Go reads them).
_NO_TEXT = re.compile(
    r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*)"
    r"|[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9]+)?"
    r"|[-+]?\.inf|\.nan|~|null|true|false|y|yes|n|no|on|off|<<|="
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([t ].*)?",
    re.IGNORECASE,
)


def unclear(document: Document, config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each value of the configuration that has to be quoted, or that has blanks around it."""
    for (_, key, *_rest), text in _of_config(document):
        if is_unclear(text):
            yield Problem(
                str(key),
                f"{key} is {cut(text)} without quotes, which Pulumi reads otherwise than as this text; quote it: "
                f'"{cut(text)}"',
            )
    for key, value in config.items():
        if isinstance(value, str) and value != value.strip():
            yield Problem(key, f"{key} begins or ends with a blank, which Pulumi keeps; remove it")


def is_unclear(text: str) -> bool:
    """Tell whether the text, without quotes, may be something else than itself to Pulumi's reader."""
    return _NO_TEXT.fullmatch(text) is not None and _SAME.fullmatch(text) is None and text != ""


def _of_config(document: Document) -> Iterator[tuple[tuple[Any, ...], str]]:
    return ((path, text) for path, text in document.unquoted.items() if len(path) > 1 and path[0] == "config")
