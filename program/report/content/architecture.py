"""The architecture, as the recorded resources have it: components, how much is in each, and what uses what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from program.offline.result import CheckedResource, StackResult
from program.project.definition import SERVICE, split

# What stands in no component is the stack's own.
STACK = "Stack"
_COMPONENT = "tap:components:"
_MOST_SERVICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component: how many resources of the cloud it has, and of which services, the commonest first."""

    name: str
    count: int
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """The parts in order, and (user, used) for each pair of which one depends on the other."""

    parts: tuple[Part, ...]
    uses: tuple[tuple[str, str], ...]


def architecture(stacks: Sequence[StackResult]) -> Architecture:
    """Return the architecture of the service's stack that has the most resources; of none it is empty."""
    own = [stack for stack in stacks if split(stack.stack)[0] == SERVICE]
    largest = max(own, key=lambda stack: len(stack.resources), default=None)
    return _of(largest.resources if largest is not None else ())


def _of(resources: Iterable[CheckedResource]) -> Architecture:
    cloud = [resource for resource in resources if resource.type.startswith("aws:")]
    part_of = {resource.urn: _part(resource.urn) for resource in cloud}
    services: dict[str, Counter[str]] = defaultdict(Counter)
    uses: set[tuple[str, str]] = set()
    for resource in cloud:
        part = part_of[resource.urn]
        services[part][_service(resource.type)] += 1
        used = {part_of[urn] for urn in resource.dependencies if urn in part_of}
        uses |= {(part, other) for other in used if other != part}
    parts = (
        Part(name=name, count=found.total(), services=_commonest(found)) for name, found in sorted(services.items())
    )
    return Architecture(parts=tuple(parts), uses=tuple(sorted(uses)))


def _part(urn: str) -> str:
    """Return the outermost component that the URN's types name."""
    types = urn.split("::")[2].split("$") if urn.count("::") > 1 else []
    found = (type_.removeprefix(_COMPONENT) for type_ in types if type_.startswith(_COMPONENT))
    return next(found, STACK)


def _service(type_: str) -> str:
    return type_.removeprefix("aws:").partition("/")[0]


def _commonest(services: Counter[str]) -> tuple[str, ...]:
    ordered = sorted(services, key=lambda name: (-services[name], name))
    return tuple(ordered[:_MOST_SERVICES])
