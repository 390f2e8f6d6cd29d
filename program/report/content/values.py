"""Show values side by side: short, unmistakable, and harmless on a terminal."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import takewhile

from program.manifest.canonical import JsonValue, canonical
from program.manifest.normalise import SECRET, UNKNOWN

ABSENT = "-"
_MIB = 1024 * 1024
_OF_BYTES = re.compile(r"memory|storage|bytes", re.IGNORECASE)
_MARKERS = {UNKNOWN: "known after deployment", SECRET: "secret"}
_ELLIPSIS = "…"
# A cut goes between words, so that what is left can be read: us-east-1, not 1.
_WORD_AT_END = re.compile(r"[\w-]*\Z")
_WORD_AT_START = re.compile(r"\A[\w-]*")


def shown(value: JsonValue) -> str:
    """Return the value as JSON, text without its quotes where it can't be taken for anything else."""
    if value is None:
        return ABSENT
    if isinstance(value, str) and value not in ("", ABSENT) and not _is_json(value):
        return printable(value)
    return printable(json.dumps(value, ensure_ascii=False, sort_keys=True))


def spoken(value: JsonValue) -> JsonValue:
    """Return the value, with words in place of a marker."""
    return f"({_MARKERS[value]})" if isinstance(value, str) and value in _MARKERS else value


def with_unit(subject: str, value: JsonValue) -> JsonValue:
    """Return the value; many bytes of memory or storage, as the subject says they are, in MiB too."""
    # True is an int too, and 1024 MB of a function is no number of bytes.
    if type(value) is int and value >= _MIB and _OF_BYTES.search(subject):
        return f"{value} ({value / _MIB:.0f} MiB)"
    return value


def printable(text: str) -> str:
    """Return the text in one line, with an escape for whatever a terminal would act upon."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def side_by_side(values: Mapping[str, JsonValue], longest: int) -> dict[str, str]:
    """Show each stack's value in at most `longest` characters: of long ones the part in which they differ."""
    texts = {stack: shown(value) for stack, value in values.items()}
    if all(len(text) <= longest for text in texts.values()):
        return texts
    present = [text for stack, text in texts.items() if values[stack] is not None]
    prefix, suffix = _shared(present)
    return {
        stack: text if values[stack] is None else _cut(text, prefix, suffix, longest) for stack, text in texts.items()
    }


def by_value(values: Mapping[str, JsonValue], longest: int) -> list[tuple[str, list[str]]]:
    """Return each value and the stacks that have it, the commonest first: for more stacks than columns."""
    texts = side_by_side(values, longest)
    stacks: dict[bytes, list[str]] = defaultdict(list)
    for stack, value in values.items():
        stacks[canonical(value)].append(stack)
    groups = sorted(stacks.values(), key=lambda names: (-len(names), names))
    return [(texts[names[0]], names) for names in groups]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _shared(texts: list[str]) -> tuple[int, int]:
    """Return how many characters at both ends all texts share, in whole words; none where there is but one text."""
    if len(set(texts)) == 1:
        return 0, 0
    prefix = _WORD_AT_END.sub("", _prefix(texts))
    rests = [text[len(prefix) :][::-1] for text in texts]
    suffix = _WORD_AT_START.sub("", _prefix(rests)[::-1])
    return len(prefix), len(suffix)


def _prefix(texts: list[str]) -> str:
    """Return what all texts begin with."""
    shared = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in shared)


def _cut(text: str, prefix: int, suffix: int, longest: int) -> str:
    middle = text[prefix : len(text) - suffix]
    left, right = _ELLIPSIS if prefix else "", _ELLIPSIS if suffix else ""
    room = longest - len(left) - len(right)
    if len(middle) > room:
        middle, right = middle[: longest - len(left) - 1], _ELLIPSIS
    return f"{left}{middle}{right}"
