"""Make the inputs of two stacks' resources comparable: what names a place or a copy becomes a placeholder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from program.manifest.canonical import JsonObject, JsonValue, canonical

SECRET = "${secret}"
ASSET = "${asset}"
# In the place of a value that is known only after the deployment.
UNKNOWN = "${unknown}"
# Where a resource's options stand beside its inputs.
OPTIONS = "(options)"
# What the engine puts there (sdk/go/common/resource/plugin).
UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

# What Pulumi marks secrets and assets with on the wire (sdk/go/common/resource/sig).
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
# Added by the provider: the names of the defaults it filled in, and the tags with its own defaultTags.
_DEFAULTS = "__defaults"
_PROVIDERS_OWN = frozenset({_DEFAULTS, "tagsAll"})
# What a service reads of its network. Whatever else a networking stack exports (its environment's name, which is the
# service's too) stands for nothing here.
OF_A_NETWORK = frozenset(
    {"availabilityZones", "endpointSecurityGroupId", "privateSubnetIds", "publicSubnetIds", "vpcCidr", "vpcId"}
)
_REGISTRY = re.compile(r"(?<![A-Za-z0-9])\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?(?=/)")
_IDENTIFYING = re.compile(r"(^|[a-z])(arn|id|endpoint|Arn|Id|Endpoint)$")
# Beyond it, not every whole number is a number of JSON (RFC 8785).
_GREATEST = 2**53 - 1
# A shorter value names nothing for certain.
_LEAST_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and which copy a stack is; `networking` holds the values that its network gave it."""

    environment: str
    suffix: str
    region: str
    account: str
    networking: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of one source (recorded, planned or deployed), with wire names."""

    type: str
    name: str
    inputs: JsonObject
    outputs: JsonObject
    # What the program asks of the engine beside the inputs, beyond what every resource of the type has.
    options: JsonObject = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return what the same resource has in every stack."""
        return f"{self.type}::{self.name}"


class Normaliser:
    """Normalises the inputs of one stack's resources, which may refer to each other."""

    def __init__(self, place: Place, resources: Sequence[Resource]) -> None:
        self._names = _reference_names(place, resources)
        self._references = _alternation(self._names)
        self._copy = re.compile(
            rf"(?<![A-Za-z0-9-]){re.escape(place.environment)}-((?:[A-Za-z0-9*]+-)+?)"
            rf"{re.escape(place.suffix)}(?![A-Za-z0-9-])"
        )
        # An availability zone is the region and a letter.
        self._region = re.compile(rf"(?<![A-Za-z0-9]){_literal(place.region)}(?=[a-z]?(?![A-Za-z0-9]))")
        self._account = re.compile(rf"(?<![A-Za-z0-9]){_literal(place.account)}(?![A-Za-z0-9])")
        self._place = place

    def inputs(self, resource: Resource) -> JsonObject:
        """Return the resource's inputs with placeholders, without what the provider added."""
        inputs = {
            key: self._tags(value) if key == "tags" else self._value(value) for key, value in own_items(resource.inputs)
        }
        return inputs | ({OPTIONS: self._value(resource.options)} if resource.options else {})

    def _tags(self, tags: JsonValue) -> JsonValue:
        # Only here does the suffix stand alone; elsewhere it is the end of a name.
        if not isinstance(tags, dict):
            return self._value(tags)
        return {key: "${suffix}" if tag == self._place.suffix else self._value(tag) for key, tag in own_items(tags)}

    def _value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return marked(value) or {key: self._value(item) for key, item in own_items(value)}
        if isinstance(value, list):
            return in_order([self._value(item) for item in value])
        return self._text(value) if isinstance(value, str) else whole(value)

    def _text(self, text: str) -> JsonValue:
        if text[:1] in ("{", "["):
            value = parsed(text)
            if value is not None:
                return self._value(value)
        if text == self._place.environment:
            return "${environment}"
        if text == UNKNOWN_SENTINEL:
            return UNKNOWN
        text = self._references.sub(lambda match: self._names[match[0]], text)
        text = _REGISTRY.sub("${registry}", text)
        text = self._copy.sub(r"${environment}-\1${suffix}", text)
        text = self._region.sub("${region}", text)
        return self._account.sub("${account}", text)


def own_items(properties: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """Yield the properties that the program gave: neither the provider's notes nor the defaults that they name."""
    noted = properties.get(_DEFAULTS)
    filled_in = (
        {*_PROVIDERS_OWN, *(name for name in noted if isinstance(name, str))}
        if isinstance(noted, list)
        else _PROVIDERS_OWN
    )
    return ((key, value) for key, value in properties.items() if key not in filled_in and value is not None)


def in_order(items: list[JsonValue]) -> list[JsonValue]:
    """Return the items in an order of ours where AWS keeps none: it tells sets back in whatever order it likes.

    A list of plain values is a set in all that the program makes, so is one of objects with names (parameters). Other
    objects, the statements of a policy among them, stay as they are.
    """
    if all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in items):
        return sorted(items, key=lambda item: (str(item["name"]) if isinstance(item, dict) else "", canonical(item)))
    if any(isinstance(item, dict | list) for item in items):
        return items
    return sorted(items, key=canonical)


def parsed(text: str) -> JsonValue:
    """Return the array or object that the text holds as JSON; None for what has no canonical form."""
    try:
        value: JsonValue = json.loads(text)
        canonical(value)
    except (ValueError, RecursionError):
        return None
    return value


def whole(value: JsonValue) -> JsonValue:
    """Return a float that is a whole number as one, as far as JSON can tell whole numbers apart."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _GREATEST:
        return int(value)
    return value


def marked(value: Mapping[str, JsonValue]) -> str | None:
    """Return the marker for what Pulumi marked as a secret or an asset, None for plain data."""
    if _SIGNATURE not in value:
        return None
    return SECRET if value[_SIGNATURE] == _SECRET_SIGNATURE else ASSET


def _reference_names(place: Place, resources: Iterable[Resource]) -> dict[str, str]:
    """Return the placeholder of every value that stands for the network or for a resource's identity.

    A value can be several outputs, of one resource (a secret's id is its ARN) or of two (an instance repeats the
    ARN of its key): an `arn` goes before an `id`, these before the rest, and then the alphabet decides.
    """
    candidates: dict[str, tuple[int, str, str]] = {}
    for resource in resources:
        own = {value for _, value in leaves(resource.inputs) if isinstance(value, str)}
        for path, value in leaves(resource.outputs):
            if not _identifies(path, value) or value in own or value == place.account:
                continue
            rank = {"arn": 0, "id": 1}.get(path, 2)
            candidate = (rank, resource.name, path)
            candidates[str(value)] = min(candidate, candidates.get(str(value), candidate))
    names = {value: f"${{{name}.{path}}}" for value, (_, name, path) in candidates.items()}
    for path, value in leaves(place.networking):
        if isinstance(value, str) and value:
            names[value] = f"${{networking.{path}}}"
    return names


def _identifies(path: str, value: JsonValue) -> bool:
    return isinstance(value, str) and len(value) >= _LEAST_LENGTH and bool(_IDENTIFYING.search(path))


def _alternation(names: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda value: (-len(value), value))
    either = "|".join(re.escape(value) for value in longest_first) or r"(?!)"
    return re.compile(rf"(?<![A-Za-z0-9])(?:{either})(?![A-Za-z0-9])")


def _literal(text: str) -> str:
    """Return a pattern of the text; what isn't known stands nowhere."""
    return re.escape(text) or r"(?!)"


def of_a_network(outputs: JsonObject) -> JsonObject:
    """Return of a networking stack's outputs those that a service reads."""
    return {key: value for key, value in outputs.items() if key in OF_A_NETWORK}


def leaves(value: JsonValue, path: str = "") -> Iterator[tuple[str, JsonValue]]:
    """Yield every path of the value with what stands there; an empty list or object is a leaf."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value
