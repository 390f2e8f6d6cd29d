"""Rules on where values come from: the stack's own resources and its network, item by item and by value."""

from __future__ import annotations

import ipaddress
import string
from collections.abc import Iterator
from functools import partial
from typing import Any

from policies import tokens
from policies.context import Context
from policies.globs import matches
from policies.known.judging import allowed_values, is_kept, is_trusted, words
from policies.known.networking import comes_from_reference, given_values, network_values
from policies.known.paths import at, is_empty
from policies.known.tables import Row
from policies.known.texts import Place
from policies.rule import ANY_TYPE, Said, StackRule, said_of_each
from policies.rules.shapes import shown, shown_at
from policies.view import UNKNOWN, Resource, StackView, Undecided

_ZONES = "availabilityZones"
# A zone is its region and one of these.
_LETTERS = tuple(string.ascii_lowercase)
# AWS makes no VPC with a wider range.
_WIDEST_VPC = 16


def _own(stack: StackView, context: Context) -> Said:
    place = Place(stack, context)
    for resource in stack.resources:
        for row in context.known.rows(resource.type, resource.name):
            if row.judge.by_stack and not is_kept(row, resource, context):
                yield from said_of_each([resource], partial(_row, row, place.of(resource)))


def _row(row: Row, place: Place, resource: Resource) -> Iterator[str]:
    prop = ".".join(row.path)
    values = [value for path, value in resource.leaves if row.covers(path) and not is_empty(value)]
    allowed = words(row.judge, place.context)
    if row.judge.required and not values:
        yield f"{prop} is not set; it must be {allowed}"
    for value in values:
        if not _is_good(row, value, resource, place):
            found = shown_at(row.path[0], value) if value is not UNKNOWN else "a value"
            yield f"{prop}: {found} is not {allowed} ({row.file})"
    # A name may well stand in several places; a resource twice in one list is a mistake.
    texts = [value for value in values if isinstance(value, str) and row.judge.name is None]
    for value in sorted({text for text in texts if texts.count(text) > 1}):
        yield f"{prop} has {shown_at(row.path[0], value)} more than once"


def _is_good(row: Row, value: Any, resource: Resource, place: Place) -> bool:
    judge, prop = row.judge, row.path[0]
    if value is not UNKNOWN and (value in allowed_values(judge, place.context) or is_trusted(value, place.context)):
        return True
    if judge.own is not None and _is_own(judge.own, judge.of, value, resource, prop, place):
        return True
    if judge.network is not None and _is_of_network(judge.network, value, resource, prop, place):
        return True
    return judge.name is not None and _is_named(judge.name, value, resource, row, place)


def _is_own(own: str, of: str | None, value: Any, resource: Resource, prop: str, place: Place) -> bool:
    """Tell whether the value is the output of a resource that it comes from; what isn't known goes by that alone."""
    short, _, output = own.partition(".")
    for owner in place.stack.by_urn(resource.depends_by(prop), place.context.known.token(short)):
        if matches(owner.name, of or "*"):
            made = at(owner.inputs, output)
            if value is UNKNOWN or made is None or made is UNKNOWN or made == value:
                return True
    return False


def _is_of_network(output: str, value: Any, resource: Resource, prop: str, place: Place) -> bool:
    values = network_values(output, place.stack, place.context)
    if value is UNKNOWN or values is None:
        # Where the engine doesn't tell of the other stack, only the offline check can say.
        untold = place.context.is_live and not any(place.stack.of(tokens.STACK_REFERENCE))
        return untold or comes_from_reference(resource, prop)
    return value in values


def _is_named(template: str, value: Any, resource: Resource, row: Row, place: Place) -> bool:
    depends = resource.depends_by(row.path[0])
    if value is not UNKNOWN:
        return isinstance(value, str) and place.matches(value, template, depends)
    if not place.comes_from(template, depends):
        raise Undecided(".".join(row.path), resource.urn)
    return True


OWN = StackRule(
    id="own-values",
    title="References to the stack's own resources must be to its own, by value.",
    why="A reference can be replaced on its way: the dependency stays, and the key, role or group is somebody else's.",
    fix="Pass the output of the stack's own resource, or the value of this environment's network, as it is.",
    types=(ANY_TYPE,),
    severity="critical",
    judge=_own,
)


def _network(stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    named = context.stack.get("networkingStackRef")
    reference = context.known.types.get(tokens.STACK_REFERENCE)
    judge = reference.properties["name"] if reference is not None else None
    place = Place(stack, context)
    if named and judge and not place.matches(named, judge.name or "", frozenset()) and not is_trusted(named, context):
        yield None, f"{context.stack.key('networkingStackRef')} is {shown(named)}; it must be {words(judge, context)}"
    for found in network_values("vpcCidr", stack, context) or ():
        if not _is_private(found):
            yield (
                None,
                f"vpcCidr of the network is {shown(found)}; it must be a private range, as large as a VPC may be",
            )
    region = context.region
    zones = [*(network_values(_ZONES, stack, context) or ()), *given_values(_ZONES, context)]
    for zone in dict.fromkeys(map(str, zones)):
        # A local zone (us-east-1-bos-1a) and a wavelength zone have no Aurora.
        if not (zone.startswith(region) and zone[len(region) :] in _LETTERS):
            yield None, f"availability zone {shown(zone)} of the network is not in {region}"


def _is_private(text: object) -> bool:
    """Tell whether the range is one that a VPC may have, and that nobody on the internet has."""
    try:
        found = ipaddress.IPv4Network(str(text))
    except ValueError:
        return False
    return not found.is_global and found.prefixlen >= _WIDEST_VPC


NETWORK = StackRule(
    id="known-network",
    title="The network must be this environment's.",
    why="A production stack on a development network is reached by whatever runs there.",
    fix="Set networkingStackRef to the environment's own networking stack, zones to the region's.",
    types=(ANY_TYPE,),
    severity="critical",
    limits=("region",),
    judge=_network,
)

RULES = (OWN, NETWORK)
