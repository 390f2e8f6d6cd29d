"""Read one small YAML file into plain data with the line of every key, or say in one line why not."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")

KeyPath = tuple[str | int, ...]


class YamlError(Exception):
    """A file that can't be read as plain YAML: what is wrong, and the line (1-based) where known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one file, and the line (1-based) on which each key or item stands."""

    data: Any
    lines: Mapping[KeyPath, int]
    # The text of each value that stands there without quotes, which another reader may take for something else.
    unquoted: Mapping[KeyPath, str] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of the path, or of its nearest parent that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read(path: Path) -> Document:
    """Read the file; raise YamlError when it is missing, too large, not UTF-8, or not plain YAML."""
    try:
        raw = _measured(path)
    except FileNotFoundError:
        raise YamlError("the file does not exist") from None
    except OSError as error:
        raise YamlError(f"the file can't be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlError(f"byte {error.start} is not UTF-8") from None
    return parse(text)


def _measured(path: Path) -> bytes:
    """Return the file's bytes; a pipe would keep us waiting, a device has no end, and a disk holds more than memory."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise YamlError("the file is a pipe, a socket or a device; only an ordinary file is read")
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if (size := max(len(raw), status.st_size)) > MAX_BYTES:
        raise YamlError(f"the file has {size} bytes; at most {MAX_BYTES} are read")
    return raw


def parse(text: str) -> Document:
    """Parse the text; raise YamlError when it is not one document of plain YAML."""
    try:
        return _Reader(text).document()
    except yaml.YAMLError as error:
        raise _unreadable(text, _told_better(text) or error) from None


class _Reader:
    """Makes data of libyaml's events, by YAML's core schema alone: no tags, no timestamps, no octal, no yes and no.

    Indirection and depth are refused before anything below is read.
    """

    def __init__(self, text: str) -> None:
        self._parser = CParser(text)
        self._lines: dict[KeyPath, int] = {}
        self._unquoted: dict[KeyPath, str] = {}

    def document(self) -> Document:
        """Return the only document that there is, of an empty file None."""
        self._next()
        data = None
        if isinstance(self._next(), yaml.DocumentStartEvent):
            data = self._value(self._next(), (), 1)
            self._next()
            if not isinstance(event := self._next(), yaml.StreamEndEvent):
                raise YamlError("not YAML: but found another document", _line(event))
        return Document(data, self._lines, self._unquoted)

    def _next(self) -> Any:
        return self._parser.get_event()

    def _value(self, event: Any, path: KeyPath, depth: int) -> Any:
        self._lines.setdefault(path, _line(event))
        _refuse_indirection(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.style:
                return event.value
            self._unquoted[path] = event.value
            return _plain(event)
        if depth > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", _line(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth + 1)
        return self._mapping(path, depth + 1)

    def _sequence(self, path: KeyPath, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items)), depth))
        return items

    def _mapping(self, path: KeyPath, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line = _line(event)
            _refuse_indirection(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise YamlError("a key is not a plain word", line)
            key, of_key = event.value, (*path, event.value)
            if key in mapping:
                raise YamlError(f"{key!r} stands twice (first on line {self._lines[of_key]})", line)
            self._lines[of_key] = line
            mapping[key] = self._value(self._next(), of_key, depth)
        return mapping


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line


def _refuse_indirection(event: Any) -> None:
    if isinstance(event, yaml.AliasEvent):
        held = "an alias (*)"
    elif event.anchor is not None:
        held = "an anchor (&)"
    elif event.tag is not None:
        held = "a tag (!)"
    else:
        return
    raise YamlError(f"holds {held}; write the value out", _line(event))


def _plain(event: yaml.ScalarEvent) -> Any:
    """Return what a value without quotes is."""
    text: str = event.value
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        try:
            return int(text)
        except ValueError:
            # Python reads no whole number of more than 4300 digits.
            raise YamlError(f"a number has {len(text)} digits", _line(event)) from None
    return float(text) if _DECIMAL.fullmatch(text) else text


def _told_better(text: str) -> yaml.YAMLError | None:
    """Return what the reader in Python has against the text: it says what it found, where libyaml doesn't."""
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as error:
        return error
    return None


def _unreadable(text: str, error: yaml.YAMLError) -> YamlError:
    """Return what is wrong, at the line that is to be mended: of a bracket left open, where it was opened."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return YamlError(f"not YAML: {str(error).splitlines()[0]}")
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context
    found = mark.line + 1 if mark else None
    opened = _left_open(text) if found else None
    if opened is not None and found is not None and opened < found:
        return YamlError(f"not YAML: the bracket opened here is not closed (line {found}: {problem})", opened)
    return YamlError(f"not YAML: {problem}", found)


def _left_open(text: str) -> int | None:
    """Return the line of the first bracket that stands open where the text stops to be YAML."""
    opened: list[int] = []
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                begins = event.start_mark
                opened.append(begins.line + 1 if event.flow_style and begins else 0)
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                opened.pop()
    return next((line for line in opened if line), None)
