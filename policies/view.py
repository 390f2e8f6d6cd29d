"""What rules look at: resources with wire names and plain values; an unknown one leaves its rule undecided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from pulumi_policy.proxy import UnknownValueError

from policies.known.paths import leaves
from policies.secrecy import CONCEALED, KEPT, Secret, is_marked, opened, secret_paths, secret_texts


class Undecided(Exception):  # noqa: N818  # an outcome, not an error
    """A rule read a value that is not known before the deployment; the text is the property's path."""

    def __init__(self, path: str, urn: str) -> None:
        super().__init__(path)
        self.urn = urn


class _Unknown:
    """Stands for a value that is not known yet."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = _Unknown()
# Where the provider's own inputs stand among the paths of a resource's secrets.
_PROVIDER: Final = "(provider)"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource as a policy sees it; the dependencies are known to stack rules alone.

    `props` and `provider` may hold secrets; a rule reads their values, or `[secret]` at the paths in `hidden`.
    """

    urn: str
    type: str
    name: str
    props: Mapping[str, Any]
    protect: bool = False
    ignore_changes: Sequence[str] = ()
    provider: Mapping[str, Any] = field(default_factory=dict)
    # Options beside protect and ignoreChanges, as far as the engine tells them.
    options: Mapping[str, Any] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()
    property_dependencies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Return the inputs as plain data; made when first looked at, as most rules look at few resources."""
        inputs: dict[str, Any] = opened(self._plain, self.hidden)
        return inputs

    @cached_property
    def leaves(self) -> tuple[tuple[tuple[str, ...], Any], ...]:
        """Return every path of the inputs, without indexes, with what stands there."""
        return tuple(leaves(self.inputs))

    @cached_property
    def provider_inputs(self) -> dict[str, Any]:
        """Return the provider's own inputs as plain data, likewise."""
        inputs: dict[str, Any] = opened(self._plain_provider, self.hidden, _PROVIDER)
        return inputs

    @cached_property
    def _plain(self) -> Any:
        return plain(self.props)

    @cached_property
    def _plain_provider(self) -> Any:
        return plain(self.provider)

    @cached_property
    def secrets(self) -> dict[str, list[str]]:
        """Return the paths of what is marked as secret, by the resource's URN."""
        found = [*secret_paths(self._plain), *secret_paths(self._plain_provider, _PROVIDER)]
        return {self.urn: found} if found else {}

    @cached_property
    def secret_texts(self) -> frozenset[str]:
        """Return every text of a secret, long enough to be known again."""
        return frozenset((*secret_texts(self._plain), *secret_texts(self._plain_provider)))

    def without(self, secrets: Mapping[str, Sequence[str]]) -> Resource:
        """Return the resource as somebody sees it who may not see these secrets (paths by URN)."""
        seen = replace(self, hidden=frozenset(secrets.get(self.urn, ())))
        # Read once; what a rule gets is made of it anew, so that nothing it does to it is there when it is heard again.
        vars(seen).update(_plain=self._plain, _plain_provider=self._plain_provider)
        return seen

    def get(self, path: str, default: Any = None) -> Any:
        """Return what stands at the dotted path, the default (the provider's own) where nothing does.

        Raises Undecided when the value, or a part of it, is not known yet.
        """
        value = self.peek(path)
        unknown = _unknown_path(value, path)
        if unknown is not None:
            raise Undecided(unknown, self.urn)
        return default if value is None else value

    def text(self, path: str, default: str = "") -> str:
        """Return the value at the path as text; anything but text is the default."""
        value = self.get(path)
        return value if isinstance(value, str) else default

    def flag(self, path: str, *, default: bool) -> bool:
        """Return the value at the path as true or false, as the provider reads it."""
        value = self.get(path)
        return (
            {"true": True, "false": False}.get(value, default)
            if isinstance(value, str)
            else bool(default if value is None else value)
        )

    def number(self, path: str) -> float | None:
        """Return the value at the path as a number, as the provider reads it; None where there is none."""
        return as_number(self.get(path))

    def items(self, path: str) -> list[Any]:
        """Return the list at the path, empty where there is none; its items may be UNKNOWN."""
        value = self.peek(path)
        if value is UNKNOWN:
            raise Undecided(path, self.urn)
        return value if isinstance(value, list) else []

    def peek(self, path: str) -> Any:
        """Return what stands at the dotted path, UNKNOWN included, or None."""
        value: Any = self.inputs
        for key in path.split("."):
            if value is UNKNOWN or not isinstance(value, Mapping):
                break
            value = value.get(key)
        else:
            return value
        return UNKNOWN if value is UNKNOWN else None

    def depends_by(self, prop: str) -> frozenset[str]:
        """Return the URNs of the resources that the property's value comes from."""
        return self.property_dependencies.get(prop, frozenset())


@dataclass(frozen=True, kw_only=True)
class StackView:
    """All resources of a stack, by URN: the engine names them in another order each time."""

    resources: Sequence[Resource]

    def __post_init__(self) -> None:
        object.__setattr__(self, "resources", sorted(self.resources, key=lambda resource: resource.urn))

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of the types, by URN."""
        return (resource for resource in self.resources if resource.type in types)

    @cached_property
    def secrets(self) -> dict[str, list[str]]:
        """Return the paths of what is marked as secret, by the URNs of the resources that have such."""
        return {urn: paths for resource in self.resources for urn, paths in resource.secrets.items()}

    @cached_property
    def secret_texts(self) -> frozenset[str]:
        """Return every text of a secret of any of the resources."""
        return frozenset(text for resource in self.resources for text in resource.secret_texts)

    def without(self, secrets: Mapping[str, Sequence[str]]) -> StackView:
        """Return the stack as somebody sees it who may not see these secrets (paths by URN)."""
        return StackView(resources=[resource.without(secrets) for resource in self.resources])

    def by_urn(self, urns: frozenset[str], type_: str) -> list[Resource]:
        """Return the resources of the type among the URNs."""
        return [resource for resource in self.of(type_) if resource.urn in urns]


def plain(value: Any) -> Any:
    """Return the SDK's proxies as plain data, as the program gave it: UNKNOWN where reading would raise."""
    if isinstance(value, str):
        # The engine puts these words in place of a secret that it can't decrypt, or doesn't show.
        return UNKNOWN if value == CONCEALED else value
    if isinstance(value, Mapping):
        if is_marked(value):
            return _secret(_item(value, KEPT))
        found = {str(key): _item(value, key) for key in value}
        # For AWS's provider an empty text is none; it answers one for what nobody set.
        return {key: item for key, item in found.items() if item != ""}
    if _is_list(value):
        return [_item(value, index) for index in range(len(value))]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_number(value: Any) -> float | None:
    """Return the value as the provider reads a number, which takes text too; None where it is none."""
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, bytes)


def _secret(value: Any) -> Any:
    """Return the secret; one that is not known is as any unknown value."""
    return UNKNOWN if value is UNKNOWN else Secret(value)


def _item(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN


def _unknown_path(value: Any, path: str) -> str | None:
    if value is UNKNOWN:
        return path
    if isinstance(value, Mapping):
        found = (_unknown_path(item, f"{path}.{key}") for key, item in value.items())
    elif isinstance(value, list):
        found = (_unknown_path(item, f"{path}[{index}]") for index, item in enumerate(value))
    else:
        return None
    return next((item for item in found if item is not None), None)
