"""Look up what is known of a resource: its type, each property's judge, its policy documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from policies.globs import matches
from policies.known.calls import TypeCalls
from policies.known.models import (
    Document,
    Judge,
    KnownActions,
    KnownClasses,
    KnownComputed,
    KnownFile,
    KnownOptions,
    KnownParameters,
    KnownResource,
    KnownType,
)
from policies.known.worlds import WORLDS, World
from policies.schema import ReviewedFileError, StrictModel, parse_file

FOLDER = Path(__file__).resolve().parent
OPTIONS, PARAMETERS, ACTIONS, COMPUTED = "options", "parameters", "iam-actions", "computed"
CLASSES = "instance-classes"
# Files that say something else than types.
OTHERS: Mapping[str, type[StrictModel]] = {
    OPTIONS: KnownOptions,
    PARAMETERS: KnownParameters,
    ACTIONS: KnownActions,
    COMPUTED: KnownComputed,
    CLASSES: KnownClasses,
}
ANY_KEY = "*"
Path_ = tuple[str, ...]
Model = TypeVar("Model", bound=StrictModel)


Setting = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A property's judge, and the file in which it stands."""

    path: Path_
    judge: Judge
    file: str

    def covers(self, path: Path_) -> bool:
        """Tell whether the row is about the path."""
        if ANY_KEY not in self.path:
            return path == self.path
        return len(path) == len(self.path) and all(
            mine in (ANY_KEY, theirs) for mine, theirs in zip(self.path, path, strict=True)
        )


@dataclass(frozen=True)
class Known:
    """The types of one world, and the file of each."""

    types: Mapping[str, KnownType]
    files: Mapping[str, str]

    @cached_property
    def _rows(self) -> dict[tuple[str, str], tuple[Row, ...]]:
        return {}

    @cached_property
    def _found_rows(self) -> dict[tuple[str, str, Path_], Row | None]:
        return {}

    def rows(self, type_: str, name: str) -> tuple[Row, ...]:
        """Return the rows of a resource; what is known of it by name goes before what is known of its type."""
        key = (type_, name)
        if key not in self._rows:
            self._rows[key] = tuple(self._found(type_, name))
        return self._rows[key]

    def _found(self, type_: str, name: str) -> Iterator[Row]:
        known = self.types.get(type_)
        if known is None:
            return
        for resource in _of_name(known, name):
            yield from _rows(resource.properties, self.files[type_])
        yield from _rows(known.properties, self.files[type_])

    def row(self, type_: str, name: str, path: Path_) -> Row | None:
        """Return the row about the path."""
        key = (type_, name, path)
        if key not in self._found_rows:
            self._found_rows[key] = next((row for row in self.rows(type_, name) if row.covers(path)), None)
        return self._found_rows[key]

    def is_block(self, type_: str, name: str, path: Path_) -> bool:
        """Tell whether something below the path is known."""
        return any(
            len(row.path) > len(path) and Row(row.path[: len(path)], row.judge, row.file).covers(path)
            for row in self.rows(type_, name)
        )

    def is_named(self, type_: str, name: str) -> bool:
        """Tell whether the type's resource may have the logical name."""
        of_type = self.types[type_]
        return not of_type.only_named or any(matches(name, glob) for glob in of_type.resources)

    def document(self, type_: str, name: str, prop: str) -> Document | None:
        """Return what is known of the resource's policy document in the property."""
        known = self.types.get(type_)
        found = _of_name(known, name) if known is not None else ()
        return next((resource.documents[prop] for resource in found if prop in resource.documents), None)

    def required(self, setting: Setting) -> Iterator[tuple[str, str, str]]:
        """Yield the type, the logical name and the reason of every resource that a whole stack of the settings has."""
        for type_, known in self.types.items():
            for name, resource in known.resources.items():
                if resource.required is not None and not does_without(setting, known, resource):
                    yield type_, name, resource.required

    def token(self, short: str) -> str:
        """Return the type whose short name this is: `Key` of `aws:kms/key:Key`."""
        return next(type_ for type_ in self.types if type_.rpartition(":")[2] == short)


def _of_name(known: KnownType, name: str) -> list[KnownResource]:
    """Return what is known of the logical name, the closest first: in which order it is written says nothing."""
    matching = [glob for glob in known.resources if matches(name, glob)]
    return [known.resources[glob] for glob in sorted(matching, key=lambda glob: (-len(glob.replace("*", "")), glob))]


def _rows(properties: Mapping[str, Judge], file: str) -> list[Row]:
    """Return a row for each path, those that name every key before those for any key."""
    rows = [Row(tuple(path.split(".")), judge, file) for path, judge in properties.items()]
    return sorted(rows, key=lambda row: (row.path.count(ANY_KEY), row.path))


def load(world: World, folder: Path = FOLDER) -> Known:
    """Read the files about types of one world; raise ReviewedFileError with every problem and its line."""
    types: dict[str, KnownType] = {}
    files: dict[str, str] = {}
    problems: list[str] = []
    # What stands beside the folders of the worlds is known in each.
    for path in (*sorted(folder.glob("*.yaml")), *sorted((folder / world).glob("*.yaml"))):
        if path.stem in OTHERS:
            continue
        name = path.relative_to(folder).as_posix()
        try:
            found = parse_file(KnownFile, path, f"policies/known/{name}").types
        except ReviewedFileError as error:
            problems += error.problems
            continue
        problems += [
            f"policies/known/{name}: {type_} stands in {files[type_]} too" for type_ in found if type_ in files
        ]
        types |= found
        files |= dict.fromkeys(found, f"policies/known/{name}")
    if problems:
        raise ReviewedFileError(problems)
    return Known(types, files)


def load_other(model: type[Model], name: str, folder: Path = FOLDER) -> Model:
    """Read a file that says something else than types; raise ReviewedFileError with every problem and its line."""
    return parse_file(model, folder / f"{name}.yaml", f"policies/known/{name}.yaml")


@cache
def known(world: World) -> Known:
    """Return the types that are known in the world, read once per process."""
    return load(world)


def does_without(setting: Setting, *found: KnownType | KnownResource) -> bool:
    """Tell whether a stack of the settings goes without any of these; one whose settings nobody tells has them all."""
    return any(
        bool(each.unless) and all(setting(name) == value for name, value in each.unless.items()) for each in found
    )


def known_somewhere(type_: str) -> tuple[KnownType, str] | None:
    """Return what the first world that knows the type says of it, and in which file.

    The worlds differ in what a project may set, not in what AWS answers.
    """
    return next(
        ((known(each).types[type_], known(each).files[type_]) for each in WORLDS if type_ in known(each).types), None
    )


def calls_of(worlds: Iterable[Known]) -> Mapping[str, TypeCalls]:
    """Return by type what AWS is asked; raise ReviewedFileError with every type of which two worlds say it."""
    found: dict[str, tuple[TypeCalls, str]] = {}
    problems: list[str] = []
    for world in worlds:
        for type_, entry in world.types.items():
            if entry.calls is None:
                continue
            if type_ in found:
                other = found[type_][1]
                problems.append(f"{world.files[type_]}: the calls of {type_} stand in {other} too: leave them in one")
            found[type_] = entry.calls, world.files[type_]
    if problems:
        raise ReviewedFileError(problems)
    return {type_: calls for type_, (calls, _) in sorted(found.items())}


@cache
def known_calls() -> Mapping[str, TypeCalls]:
    """Return by type what AWS is asked, of all worlds, gathered once per process."""
    return calls_of(map(known, WORLDS))


@cache
def known_options() -> KnownOptions:
    """Return the known resource options, likewise."""
    return load_other(KnownOptions, OPTIONS)


@cache
def known_parameters() -> KnownParameters:
    """Return the known database parameters, likewise."""
    return load_other(KnownParameters, PARAMETERS)


@cache
def known_actions() -> KnownActions:
    """Return what is known of IAM's actions, likewise."""
    return load_other(KnownActions, ACTIONS)


@cache
def _unscoped() -> frozenset[str]:
    return frozenset(
        f"{service}:{action}".lower() for service, actions in known_actions().unscoped.items() for action in actions
    )


def is_unscoped(action: str) -> bool:
    """Tell whether the action knows no resources, by the Service Authorization Reference; in any case."""
    return action.lower() in _unscoped()


@cache
def known_computed() -> KnownComputed:
    """Return what the provider may fill in by itself, likewise."""
    return load_other(KnownComputed, COMPUTED)


@cache
def known_classes() -> KnownClasses:
    """Return which instance classes there are, and where, likewise."""
    return load_other(KnownClasses, CLASSES)


def read_others() -> None:
    """Read every file that says something else than types; raise ReviewedFileError for the first that can't be used."""
    for table in (known_options, known_parameters, known_actions, known_computed, known_classes):
        table()
