"""What a plan asks of AWS that AWS refuses half-way, or that no deployment may do: said at the preview.

The pack judges what a resource is to be; this judges the way there, from what is deployed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies import tokens
from policies.rules.identity import NAMES
from program.engine.changes import is_resource
from program.engine.placement import place_differences
from program.engine.pulumi_cli.checkpoint import Checkpoint, State
from program.engine.pulumi_cli.events import Step
from program.engine.rules import (
    BOOTSTRAP_AGAIN,
    ENGINE_LOWERED,
    ENGINE_MAJOR,
    OTHER_NAME,
    REPLACED_IN_USE,
    STACK_MOVED,
)
from program.engine.sources import DECLARED, DEPLOYED
from program.engine.versions import is_higher, major
from program.manifest.canonical import JsonObject
from program.manifest.normalise import UNKNOWN_SENTINEL, leaves
from program.offline.result import CheckedResource, Finding
from program.project.settings import ProjectSettings
from program.service.settings import BOOTSTRAP

# What AWS doesn't delete as long as something uses it.
_KEPT_WHILE_USED = frozenset({tokens.CLUSTER_PARAMETERS, tokens.PARAMETERS, tokens.SECURITY_GROUP, tokens.SUBNET_GROUP})
_ENDING = frozenset({"delete", "delete-replaced"})
_PLACE = ("environment", "region")
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """Looks at the steps of one preview, beside what is deployed and declared, and what the stack file asks for."""

    settings: ProjectSettings
    checkpoint: Checkpoint
    declared: Sequence[CheckedResource]

    def findings(self, steps: Sequence[Step]) -> tuple[Finding, ...]:
        """Return what stands against the plan, sorted; each is mandatory."""
        found = [
            *self._replaced_in_use(steps),
            *self._engine(steps),
            *self._moved(steps),
            *self._named_otherwise(steps),
            *self._bootstrap_again(steps),
        ]
        return tuple(sorted(found, key=lambda finding: finding.order))

    def _replaced_in_use(self, steps: Sequence[Step]) -> Iterator[Finding]:
        ended: set[str] = set()
        made: set[str] = set()
        states = {state.urn: state for state in self.checkpoint.states}
        for step in steps:
            if step.operation == "create-replacement":
                made.add(step.urn)
            if step.operation not in _ENDING:
                continue
            ended.add(step.urn)
            state = states.get(step.urn)
            if step.operation == "delete-replaced" and step.type in _KEPT_WHILE_USED and step.urn not in made and state:
                users = [user.name for user in _users(self.checkpoint.states, state) if user.urn not in ended]
                if users:
                    forced = _forcing(steps, step.urn)
                    yield self._finding(
                        REPLACED_IN_USE,
                        step.urn,
                        f"it would be replaced{forced}: deleted first, as its name stays the same, and AWS deletes "
                        f"none that is in use by {_listed(users)}",
                    )

    def _engine(self, steps: Iterable[Step]) -> Iterator[Finding]:
        for step in steps:
            if step.type not in (tokens.CLUSTER, tokens.CLUSTER_INSTANCE) or step.old is None or step.new is None:
                continue
            asked = step.new.inputs.get("engineVersion")
            runs = _highest(step.old.inputs.get("engineVersion"), step.old.outputs.get("engineVersion"))
            if is_higher(runs, asked):
                yield self._finding(
                    ENGINE_LOWERED,
                    step.urn,
                    f"engineVersion would go from {runs} down to {asked}, which AWS refuses; {runs} is the least",
                )
            elif step.type == tokens.CLUSTER and _is_major(runs, asked) and not _allows(step.new.inputs):
                yield self._finding(
                    ENGINE_MAJOR,
                    step.urn,
                    f"engineVersion would go from {runs} to {asked}, a new major version, which AWS refuses unless it "
                    f"is allowed; databaseEngine.majorUpgrade is false",
                )

    def _moved(self, steps: Iterable[Step]) -> Iterator[Finding]:
        for item in place_differences(self.settings, self.checkpoint):
            if item.property in _PLACE:
                yield self._finding(
                    STACK_MOVED,
                    None,
                    f"{item.property} is {item.values[DECLARED]}, and the stack is deployed in {item.values[DEPLOYED]}",
                )
        deployed = _networks(state.inputs for state in self.checkpoint.states)
        planned = _networks(step.new.inputs for step in steps if step.new is not None and is_resource(step))
        if deployed and planned and deployed != planned:
            yield self._finding(
                STACK_MOVED,
                None,
                f"the network is {_listed(sorted(planned))}, and the stack is deployed in {_listed(sorted(deployed))}; "
                f"neither the database nor its groups move to another VPC",
            )

    def _named_otherwise(self, steps: Iterable[Step]) -> Iterator[Finding]:
        declared = {resource.urn: resource.inputs for resource in self.declared}
        for step in steps:
            key = NAMES[step.type].property if step.type in NAMES else ""
            if step.new is None or step.operation in _ENDING or step.urn not in declared:
                continue
            planned, wanted = step.new.inputs.get(key), declared[step.urn].get(key)
            if planned != wanted and UNKNOWN_SENTINEL not in (planned, wanted):
                yield self._finding(
                    OTHER_NAME,
                    step.urn,
                    f"{key} would be {planned!r}, and the same code and stack file declare {wanted!r}",
                )

    def _bootstrap_again(self, steps: Iterable[Step]) -> Iterator[Finding]:
        rotates = any(state.type == tokens.ROTATION for state in self.checkpoint.states)
        for step in steps:
            if rotates and step.operation == "create" and is_bootstrap(step.type, step.name):
                yield self._finding(
                    BOOTSTRAP_AGAIN,
                    step.urn,
                    "it would be put again, in the place of the version in use: readers would get no password",
                )

    def _finding(self, rule: str, urn: str | None, message: str) -> Finding:
        sources = {resource.urn: resource.source for resource in self.declared}
        return Finding(
            rule=rule,
            level="mandatory",
            outcome="failed",
            resource=urn,
            message=message,
            source=sources.get(urn or ""),
        )


def is_bootstrap(type_: str, name: str) -> bool:
    """Tell whether the resource is the secret's first version, which has no password."""
    return type_ == tokens.SECRET_VERSION and name.endswith(f"-{BOOTSTRAP}")


def left_to_rotation(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Return the CLI's options that keep a refresh from missing the bootstrap version, which AWS may have collected.

    What a refresh misses, the same deployment makes again: as the version in use, without a password.
    """
    urns = [state.urn for state in checkpoint.states if is_bootstrap(state.type, state.name)]
    return tuple(word for urn in urns for word in ("--exclude", urn))


def _users(states: Iterable[State], used: State) -> list[State]:
    """Return the resources of the cloud that name the other's id."""
    return [
        state
        for state in states
        if state.of_the_cloud and state.urn != used.urn and any(value == used.id for _, value in leaves(state.inputs))
    ]


def _forcing(steps: Iterable[Step], urn: str) -> str:
    keys = sorted({key for step in steps if step.urn == urn for key in step.replace_keys})
    return f", forced by {', '.join(keys)}" if keys else ""


def _highest(*versions: object) -> object:
    first, second = versions
    return second if first is None or is_higher(second, first) else first


def _is_major(runs: object, asked: object) -> bool:
    old, new = major(runs), major(asked)
    return old is not None and new is not None and new > old


def _allows(inputs: JsonObject) -> bool:
    return inputs.get("allowMajorVersionUpgrade") is True


def _networks(all_inputs: Iterable[Mapping[str, object]]) -> set[str]:
    found = {str(inputs["vpcId"]) for inputs in all_inputs if inputs.get("vpcId")}
    return set() if UNKNOWN_SENTINEL in found else found


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}"
