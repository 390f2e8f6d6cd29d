"""The happy path of every rule: what our own program makes in one environment, and one change of it."""

from __future__ import annotations

import copy
import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pulumi

from policies.catalogue import RULES
from policies.context import Context, StackConfig
from policies.exemptions import Exemption, Ledger
from policies.judging import NotApplicableError, judge_resource, judge_stack
from policies.limits import Limits, load_limits
from policies.pack import Guard
from policies.pack_config import PackConfig
from policies.rule import ResourceRule, Rule
from policies.view import UNKNOWN, Resource, StackView
from policies.wire import UndecidedError
from program.offline.preloading import preload
from program.offline.projects import KINDS
from program.offline.recording import Registration, record
from program.offline.simulation import Cloud
from program.project.definition import FOUNDATION, NETWORK, SERVICE, Project, split
from program.project.stackfile import read_stack_file

ACCOUNT = "912345678901"
TODAY = datetime.date(2027, 1, 1)
RULE_OF = {rule.id: rule for rule in RULES}
SECRET_MARK = "4dabf18193072939515e22adb298388d"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_URN = re.compile(r" <urn:pulumi:[^<>]*::([^:<>]*)>$")

Change = Callable[["World"], object]
# Settings that are asked for beside the stack file, with their values.
Asked = tuple[tuple[str, str], ...]


@cache
def config_of(stack: str, asked: Asked = ()) -> Mapping[str, str]:
    project, _ = split(stack)
    return {**read_stack_file(stack).config, **{project.full_key(key): value for key, value in asked}}


@cache
def recorded(stack: str, asked: Asked = ()) -> tuple[Registration, ...]:
    project, name = split(stack)
    preload(project)
    config = config_of(stack, asked)
    # The foundation names its account.
    cloud = Cloud(stack=stack, region=config["aws:region"], account=config.get("foundation:account", ACCOUNT))
    recording = record(KINDS[project].deploy, project=project, stack=name, config=config, cloud=cloud)
    return (*recording.registrations, *recording.references)


def urn_of(type_: str, name: str, stack: str = "prod", project: str = "parity") -> str:
    return f"urn:pulumi:{stack}::{project}::{type_}::{name}"


def without_marks(value: Any) -> Any:
    """Return the value as the SDK hands it to a policy: secrets are open, assets are objects."""
    if isinstance(value, dict):
        if value.get(SECRET_MARK) == ARCHIVE:
            return pulumi.FileArchive(value["path"])
        if SECRET_MARK in value and "value" in value:
            return without_marks(value["value"])
        return {key: without_marks(item) for key, item in value.items() if key != SECRET_MARK}
    return [without_marks(item) for item in value] if isinstance(value, list) else value


@cache
def happy(stack: str, asked: Asked = ()) -> Mapping[str, Resource]:
    return {
        item.name: Resource(
            urn=item.urn,
            type=item.type,
            name=item.name,
            props=without_marks(item.inputs),
            protect=item.protect,
            ignore_changes=item.ignore_changes,
            provider=_provider_of(item.type, config_of(stack, asked)),
            dependencies=frozenset(item.dependencies),
            property_dependencies={key: frozenset(urns) for key, urns in item.property_dependencies.items()},
        )
        for item in sorted(recorded(stack, asked), key=lambda registration: registration.urn)
    }


def _provider_of(type_: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return what the type's provider is configured by; a component has none."""
    begins = f"{type_.partition(':')[0]}:"
    if begins not in ("aws:", "github:"):
        return {}
    return {key.removeprefix(begins): value for key, value in given.items() if key.startswith(begins)}


@cache
def outputs(stack: str, asked: Asked = ()) -> Mapping[str, Mapping[str, Any]]:
    """Return what the simulated cloud made of each resource."""
    return {
        item.name: {key: without_marks(value) for key, value in item.outputs.items() if key not in item.inputs}
        for item in recorded(stack, asked)
    }


@cache
def strict_limits() -> Limits:
    """The limits without what they accept, so that a rule's own word is heard."""
    return load_limits().model_copy(update={"accepted": []})


_MADE: dict[tuple[int, int], tuple[Resource, object, Resource]] = {}


def made(resource: Resource, given: Mapping[str, Any]) -> Resource:
    """Return the resource with what was made of it; the same one for the same, as most of a world never changes."""
    key = (id(resource), id(given))
    if key not in _MADE or _MADE[key][0] is not resource or _MADE[key][1] is not given:
        _MADE[key] = (resource, given, replace(resource, props={**given, **resource.props}))
    return _MADE[key][2]


class World:
    """One stack's resources by logical name, which a case changes in one place."""

    def __init__(
        self, environment: str = "prod", limits: Limits | None = None, project: Project = SERVICE, **asked: str
    ) -> None:
        stack, given = project.labelled(environment), tuple(asked.items())
        self.environment = environment
        self.stack_name = environment
        self.project = project.name()
        self.resources = dict(happy(stack, given))
        self.config = dict(config_of(stack, given))
        self.limits = limits or strict_limits()
        self.exemptions: tuple[Exemption, ...] = ()
        # Nothing is made yet in a first preview; a recorded program has the simulated cloud's answers.
        self.outputs: dict[str, Mapping[str, Any]] = dict(outputs(stack, given))
        self.recorded: dict[str, dict[str, Any]] | None = {}

    def put(self, name: str, path: str, value: object) -> None:
        """Set a property, which then comes from no other resource."""
        resource = self.resources[name]
        props = copy.deepcopy(dict(resource.props))
        holder: Any = props
        *parents, last = path.split(".")
        for key in parents:
            holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
        holder[int(last) if isinstance(holder, list) else last] = value
        self.resources[name] = replace(resource, props=props)

    def drop(self, name: str, path: str) -> None:
        resource = self.resources[name]
        props = copy.deepcopy(dict(resource.props))
        holder: Any = props
        *parents, last = path.split(".")
        for key in parents:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        holder.pop(int(last) if isinstance(holder, list) else last)
        self.resources[name] = replace(resource, props=props)

    def cut(self, name: str, prop: str) -> None:
        """Let the property's value come from no other resource any more."""
        resource = self.resources[name]
        links = {key: urns for key, urns in resource.property_dependencies.items() if key != prop}
        self.resources[name] = replace(resource, property_dependencies=links)

    def part(self, name: str, other: str) -> None:
        """Let the resource no longer depend on the other one."""
        resource = self.resources[name]
        self.resources[name] = replace(resource, dependencies=resource.dependencies - {self.resources[other].urn})

    def add(self, type_: str, name: str, props: Mapping[str, Any], **links: str) -> None:
        """Add a resource; each link is a property and the name of the resource that it comes from."""
        self.resources[name] = Resource(
            urn=urn_of(type_, name, self.stack_name, self.project),
            type=type_,
            name=name,
            props=props,
            property_dependencies={prop: frozenset({self.resources[to].urn}) for prop, to in links.items()},
        )

    def remove(self, name: str) -> None:
        del self.resources[name]

    def option(self, name: str, **options: Any) -> None:
        self.resources[name] = replace(self.resources[name], **options)

    def provider(self, key: str, value: object) -> None:
        for name, resource in self.resources.items():
            if resource.provider:
                self.resources[name] = replace(resource, provider={**resource.provider, key: value})

    @property
    def stack(self) -> StackConfig:
        return StackConfig(stack=self.stack_name, project=self.project, config=self.config, given_suffix=None)

    def context(self) -> Context:
        ledger = Ledger(self.exemptions, TODAY, {rule.id: rule.severity for rule in RULES})
        config = PackConfig.of({"recorded": self.recorded})
        return Guard(limits=self.limits, stack=self.stack, ledger=ledger).context(config, "")

    def judge(self, *rule_ids: str) -> list[str]:
        """Return what the rules say, one `resource: message` a line (`stack` where it is about no resource)."""
        context = self.context()
        return [said for rule_id in rule_ids for said in self.said_by(RULE_OF[rule_id], context)]

    def view(self) -> StackView:
        """Return the stack as the engine shows it after an update: inputs, and what was made of them."""
        return StackView(resources=[made(item, self.outputs.get(name, {})) for name, item in self.resources.items()])

    def said_by(self, rule: Rule, context: Context, only: str | None = None) -> Iterable[str]:
        if isinstance(rule, ResourceRule):
            names = [only] if only is not None else list(self.resources)
            for resource in (self.resources[name] for name in names):
                if rule.is_about(resource.type):
                    lines = _spoken(judge_resource, rule, resource, context)
                    yield from (f"{resource.name}: {line}" for line in lines)
            return
        for line in _spoken(judge_stack, rule, self.view(), context):
            found = _URN.search(line)
            yield f"{found[1] if found else 'stack'}: {_URN.sub('', line)}"


def _spoken(judge: Any, rule: Any, subject: Any, context: Context) -> list[str]:
    lines: list[str] = []

    def report(message: str, urn: str | None) -> None:
        lines.append(f"{message} <{urn}>" if urn else message)

    try:
        judge(rule, subject, context, report)
    except UndecidedError as undecided:
        lines += undecided.message.splitlines()
    except NotApplicableError as reason:
        lines += str(reason).splitlines()
    return lines


def network_world(environment: str = "prod", limits: Limits | None = None) -> World:
    """Return the network as it is with a way out in each zone, which has all that a network may have."""
    return World(environment, limits, NETWORK, natGateways="3")


def foundation_world(environment: str = "prod", limits: Limits | None = None) -> World:
    """Return the foundation with all that it may have; there is one, and its environment is prod."""
    world = World("main", limits, FOUNDATION, features='["attestations", "publishPage"]')
    world.environment = environment
    return world


def put(name: str, path: str, value: object) -> Change:
    return lambda world: world.put(name, path, value)


def unknown(name: str, path: str) -> Change:
    return put(name, path, UNKNOWN)


def drop(name: str, path: str) -> Change:
    return lambda world: world.drop(name, path)


def cut(name: str, prop: str) -> Change:
    return lambda world: world.cut(name, prop)


def part(name: str, other: str) -> Change:
    return lambda world: world.part(name, other)


def remove(*names: str) -> Change:
    return lambda world: [world.remove(name) for name in names]


def add(type_: str, name: str, props: Mapping[str, Any] | None = None, **links: str) -> Change:
    return lambda world: world.add(type_, name, props or {}, **links)


def option(name: str, **options: object) -> Change:
    return lambda world: world.option(name, **options)


def config(key: str, value: str) -> Change:
    return lambda world: world.config.update({f"{world.project}:{key}": value})


def provider(key: str, value: object) -> Change:
    return lambda world: world.provider(key, value)


def parameter(group: str, name: str, value: object) -> Change:
    """Give a database parameter another value, or none at all (None)."""

    def change(world: World) -> None:
        kept = [item for item in world.resources[group].props["parameters"] if item["name"] != name]
        given = [] if value is None else [{"name": name, "value": value, "applyMethod": "immediate"}]
        world.put(group, "parameters", kept + given)

    return change


def document(name: str, *statements: Mapping[str, Any], prop: str = "policy") -> Change:
    """Give the resource a policy document of these statements."""
    return put(name, prop, json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: object, resource: object = "*", **more: object) -> dict[str, Any]:
    return {"Sid": "Given", "Effect": "Allow", "Action": action, "Resource": resource, **more}


def every(*changes: Change) -> Change:
    return lambda world: [change(world) for change in changes]


def limit(**values: object) -> Change:
    """Change what the limits of the world's environment allow."""

    def change(world: World) -> None:
        block = world.limits.environments[world.environment].model_copy(update=values)
        blocks = {**world.limits.environments, world.environment: block}
        world.limits = world.limits.model_copy(update={"environments": blocks})

    return change


def exempt(rule: str, *, resource: str = "*", environment: str = "prod", days: int = 20) -> Change:
    """Add an exemption that ends so many days after the world's today."""
    given = Exemption(
        rule=rule,
        resource=resource,
        environment=environment,
        reason="A test asks for it.",
        owner="team",
        expires=TODAY + datetime.timedelta(days=days),
    )

    def change(world: World) -> None:
        world.exemptions = (*world.exemptions, given)

    return change
