"""Read one small YAML file into plain data with the line of every key, or say in one line why not."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out
from yaml.resolver import BaseResolver

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20

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


class _Loader(CParser, Composer, SafeConstructor, BaseResolver):
    """YAML's core schema only: no tags, no timestamps, no octal, no yes and no.

    libyaml reads the events, which takes a tenth of the time; what is made of them is decided here.
    """

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        BaseResolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse indirection and depth before anything is expanded, constructed or nested further."""
        event: Any = self.peek_event()
        line = event.start_mark.line + 1
        for held in _indirection(event):
            raise YamlError(f"holds {held}; write the value out", line)
        self._depth += isinstance(event, yaml.CollectionStartEvent)
        if self._depth > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", line)
        node = super().compose_node(parent, index)
        self._depth -= isinstance(event, yaml.CollectionStartEvent)
        return node


def _indirection(event: yaml.NodeEvent) -> Iterator[str]:
    if isinstance(event, yaml.AliasEvent):
        yield "an alias (*)"
    elif event.anchor is not None:
        yield "an anchor (&)"
    elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        yield "a tag (!)"


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])

_SCALAR_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "null", "str")}


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
        loader = _Loader(text)
        node = Composer.get_single_node(loader)
        lines: dict[KeyPath, int] = {}
        data = None if node is None else _plain(loader, node, (), lines)
        return Document(data, lines, dict(_unquoted(node, ())))
    except yaml.YAMLError as error:
        raise _unreadable(text, _told_better(text) or error) from None


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


def _plain(loader: _Loader, node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*path, index), lines) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines)
    try:
        return loader.construct_object(node)
    except ValueError:
        # Python reads no whole number of more than 4300 digits.
        raise YamlError(f"a number has {len(node.value)} digits", node.start_mark.line + 1) from None


def _unquoted(node: yaml.Node | None, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _unquoted(item, (*path, index))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _unquoted(value, (*path, str(key.value)))
    elif isinstance(node, yaml.ScalarNode) and not node.style:
        yield path, str(node.value)


def _mapping(loader: _Loader, node: yaml.MappingNode, path: KeyPath, lines: dict[KeyPath, int]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlError("a key is not a plain word", line)
        key = str(key_node.value)
        if key in mapping:
            raise YamlError(f"{key!r} stands twice (first on line {lines[(*path, key)]})", line)
        lines[(*path, key)] = line
        mapping[key] = _plain(loader, value_node, (*path, key), lines)
    return mapping
