"""A cloud in one JSON file that a person can read, and a test can change behind the engine's back.

    {"resources": {"aws:rds/cluster:Cluster": {"dev-db-cluster-main": {
        "stack": "dev", "logicalName": "database-cluster", "seed": "database-cluster", "properties": {...}}}},
     "made": {"dev/aws:rds/cluster:Cluster/database-cluster": 1},
     "faults": [{"operation": "Create", "type": "aws:rds/*", "name": "*", "message": "...", "seconds": 0,
                 "times": null, "done": false}],
     "interfaces": {"eni-0": {"made_for": "dev-app-function-main", "used_by": null, "groups": ["sg-0"], "held": false}},
     "no_images": [], "quotas": {"roles": 1000}, "recoverable": ["dev-db-credentials-main"], "snapshots": [],
     "buckets_of_others": []}

The keys under a type are Pulumi's ids, behind the region (`us-west-2/parity-app`) where it is not the stack's own.
`properties` are what AWS has, inputs and outputs alike, without what AWS never tells. `seed` is what the random parts
of its ids were made from, `made` how often. Secrets stand here in clear text, as AWS has them. The last two lines are
what AWS refuses by: network interfaces of functions, images that are not there, quotas that are not AWS's defaults,
secrets that can still be restored, snapshots, and names of buckets elsewhere.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any


@dataclass(slots=True, kw_only=True)
class Existing:
    """One resource that exists in the cloud."""

    stack: str
    logical_name: str
    seed: str
    properties: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with calls: they take `seconds` longer and then fail with `message`, if there is one.

    `type` and `name` (the logical one) are globs; `times` is how often it happens, None for always. With `done`, AWS
    has done what it was asked by then: the answer alone is late, or lost.
    """

    operation: str
    type: str = "*"
    name: str = "*"
    message: str | None = None
    seconds: float = 0
    times: int | None = None
    done: bool = False

    def meets(self, operation: str, type_: str, name: str, *, done: bool = False) -> bool:
        """Tell whether the call is one that it spoils, before AWS does it or after."""
        same = (
            operation == self.operation
            and done == self.done
            and fnmatchcase(type_, self.type)
            and fnmatchcase(name, self.name)
        )
        return same and self.times != 0


@dataclass(slots=True, kw_only=True)
class Interface:
    """A function's network interface; it lingers after the function, for ever when AWS holds it."""

    made_for: str
    used_by: str | None
    groups: list[str]
    held: bool = False


@dataclass(slots=True)
class Contents:
    """All that the file holds."""

    resources: dict[str, dict[str, Existing]] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    no_images: list[str] = field(default_factory=list)
    quotas: dict[str, int] = field(default_factory=dict)
    recoverable: list[str] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)
    buckets_of_others: list[str] = field(default_factory=list)

    def get(self, type_: str, id_: str) -> Existing | None:
        """Return the resource, None when there is none."""
        return self.resources.get(type_, {}).get(id_)

    def put(self, type_: str, id_: str, existing: Existing) -> None:
        """Let the resource exist."""
        self.resources.setdefault(type_, {})[id_] = existing

    def remove(self, type_: str, id_: str) -> None:
        """Let the resource be gone."""
        self.resources[type_].pop(id_)
        if not self.resources[type_]:
            self.resources.pop(type_)

    def named(self, logical_name: str) -> tuple[str, str, Existing]:
        """Return type, id and resource of the one with that logical name."""
        found = [
            (type_, id_, existing)
            for type_, by_id in self.resources.items()
            for id_, existing in by_id.items()
            if existing.logical_name == logical_name
        ]
        assert len(found) == 1, f"{len(found)} resources of the cloud are named {logical_name!r}"
        return found[0]


class CloudFile:
    """The file; every change is one atomic write under a lock, so that several processes can share it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Contents:
        """Return what the file holds now; an absent file is an empty cloud."""
        return _parsed(json.loads(self.path.read_text())) if self.path.exists() else Contents()

    @contextmanager
    def change(self) -> Iterator[Contents]:
        """Give the contents, and write them again unless the block raises."""
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            contents = self.read()
            yield contents
            self._write(contents)

    def properties(self, logical_name: str) -> dict[str, Any]:
        """Return what AWS has of the resource."""
        return self.read().named(logical_name)[2].properties

    def set_property(self, logical_name: str, path: str, value: Any) -> None:
        """Change one property, `vpcConfig.subnetIds`, as somebody at the console does."""
        *above, last = path.split(".")
        with self.change() as contents:
            place = contents.named(logical_name)[2].properties
            for key in above:
                place = place[key]
            place[last] = value

    def remove(self, logical_name: str) -> None:
        """Delete the resource, as somebody at the console does."""
        with self.change() as contents:
            type_, id_, _ = contents.named(logical_name)
            contents.remove(type_, id_)

    def fail(self, fault: Fault) -> None:
        """Let calls go wrong from now on."""
        with self.change() as contents:
            contents.faults.append(fault)

    def heal(self) -> None:
        """Let no call go wrong any more."""
        with self.change() as contents:
            contents.faults.clear()

    def limit(self, quota: str, most: int) -> None:
        """Let the account have no more of it."""
        with self.change() as contents:
            contents.quotas[quota] = most

    def hold_interfaces(self) -> None:
        """Let AWS give no network interface back any more."""
        with self.change() as contents:
            for interface in contents.interfaces.values():
                interface.held = True

    def met_faults(self, operation: str, type_: str, name: str, *, done: bool = False) -> list[Fault]:
        """Return the faults that the call meets, and count it."""
        if not any(fault.meets(operation, type_, name, done=done) for fault in self.read().faults):
            return []
        with self.change() as contents:
            met = [fault for fault in contents.faults if fault.meets(operation, type_, name, done=done)]
            for fault in met:
                fault.times = fault.times and fault.times - 1
        return met

    def _write(self, contents: Contents) -> None:
        text = json.dumps(_plain(contents), indent=2, sort_keys=True) + "\n"
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(name).replace(self.path)


def _parsed(data: dict[str, Any]) -> Contents:
    resources = {
        type_: {
            id_: Existing(**{_SNAKE.get(key, key): value for key, value in item.items()}) for id_, item in by_id.items()
        }
        for type_, by_id in data.get("resources", {}).items()
    }
    faults = [Fault(**fault) for fault in data.get("faults", [])]
    interfaces = {id_: Interface(**interface) for id_, interface in data.get("interfaces", {}).items()}
    others = ("made", "no_images", "quotas", "recoverable", "snapshots", "buckets_of_others")
    rest = {key: data[key] for key in others if key in data}
    return Contents(resources=resources, faults=faults, interfaces=interfaces, **rest)


def _plain(contents: Contents) -> dict[str, Any]:
    data = asdict(contents)
    for by_id in data["resources"].values():
        for item in by_id.values():
            item["logicalName"] = item.pop("logical_name")
    return data


_SNAKE = {"logicalName": "logical_name"}
