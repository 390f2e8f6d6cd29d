"""The catalogue as policies of the SDK, with the levels of the environment that the pack was started for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    PolicyResourceOptions,
    ReportViolation,
    ResourceValidationArgs,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.catalogue import RULES
from policies.context import Context, StackConfig, environment_sources, project_of, stack_name_of, today
from policies.exemptions import Ledger, load_exemptions
from policies.judging import NotApplicableError, judge_resource, judge_stack
from policies.known import checking as known_world
from policies.known.tables import read_others
from policies.known.worlds import WORLDS, world_of
from policies.limits import LIMITS_FILE, Limits, limits
from policies.pack_config import RECORDED_SCHEMA, SCHEMA, PackConfig
from policies.rule import ResourceRule, StackRule
from policies.rules import environment
from policies.rules import known as known_rules
from policies.rules.environment import ENVIRONMENT_RULE
from policies.schema import ReviewedFileError, suggest
from policies.server import TypedPolicy
from policies.server import serve as serve_policies
from policies.strict_yaml import KeyPath, YamlError, read
from policies.view import Resource, StackView
from policies.wire import UndecidedError, one_line

NAME = "parity-guard"
EXIT_COULD_NOT_RUN = 3
_Made = TypeVar("_Made")
_LEVELS = {
    "mandatory": EnforcementLevel.MANDATORY,
    "advisory": EnforcementLevel.ADVISORY,
    "off": EnforcementLevel.DISABLED,
}


class UnknownEnvironmentError(Exception):
    """No source names an environment that environments.yaml knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What every policy of one pack shares."""

    limits: Limits
    stack: StackConfig
    ledger: Ledger

    def context(self, config: PackConfig, urn: str) -> Context:
        """Return what rules are told; raise UnknownEnvironmentError where nobody knows the environment."""
        stack = self.stack.of_project(project_of(urn)).or_configured(config.configuration)
        stack_name = stack.stack or stack_name_of(urn)
        sources = environment_sources(stack, config.environment, stack_name, self.limits)
        known = ", ".join(self.limits.environments)
        if not sources:
            raise UnknownEnvironmentError(f"nothing names the environment of stack {stack_name}; known: {known}")
        first = sources[0]
        if first.name not in self.limits.environments:
            raise UnknownEnvironmentError(f"{first.place} names {one_line(first.name)!r}; known: {known}")
        return Context(
            environment=first.name,
            limits=self.limits.environments[first.name],
            common=self.limits.common,
            stack=stack,
            ledger=self.ledger,
            sources=sources,
            all_limits=self.limits,
            recorded=config.recorded,
        )


class _Seen(Generic[_Made]):
    """What was made of what was given last: every rule is given the same, and most look at all of it."""

    def __init__(self) -> None:
        self._last: tuple[object, _Made] | None = None

    def get(self, given: object, make: Callable[[], _Made]) -> _Made:
        """Return what was made of the very object, made anew for another."""
        last = self._last
        if last is None or last[0] is not given:
            last = given, make()
            self._last = last
        return last[1]


def policies(stack: StackConfig | None = None) -> list[Policy]:
    """Return every rule as a policy; raise ReviewedFileError for a file of the guard that can't be used."""
    known = limits()
    # Told before anything is judged, and read once for all packs that are forked from here.
    read_others()
    stack = stack or StackConfig.of_process()
    by_id = {rule.id: rule for rule in RULES}
    # Whose pack it is tells the engine alone; without its word each world may be asked for.
    worlds = [world_of(stack.project)] if stack.project else WORLDS
    of_the_worlds = dict.fromkeys(problem for world in worlds for problem in known_world.problems(by_id, world))
    if problems := [*_twice(RULES), *_unknown_rules(known), *_unacceptable(known), *of_the_worlds]:
        raise ReviewedFileError(problems)
    guard = Guard(
        limits=known,
        stack=stack,
        ledger=Ledger(load_exemptions(), today(), {rule.id: rule.severity for rule in by_id.values()}),
    )
    try:
        named = guard.context(PackConfig.of({}), "").environment
    except UnknownEnvironmentError:
        named = None
    views = _Seen[Resource](), _Seen[StackView]()
    return [_policy(rule, guard, named, *views) for rule in RULES]


def _twice(rules: Iterable[ResourceRule | StackRule]) -> Iterator[str]:
    """Yield each rule whose id another has too: the engine knows rules by their ids, and levels would be of one."""
    seen: dict[str, str] = {}
    for rule in rules:
        place = f"{getattr(rule.judge, '__module__', 'policies.rules').replace('.', '/')}.py"
        if rule.id in seen:
            yield f"{place}: rule {rule.id!r} stands in {seen[rule.id]} too; give it an id of its own"
        seen.setdefault(rule.id, place)


def _unknown_rules(known: Limits) -> Iterator[str]:
    """Yield what environments.yaml says of rules that the catalogue doesn't have: it would be without effect."""
    ids = [rule.id for rule in RULES]
    named: list[tuple[KeyPath, str]] = [
        (("accepted", index, "rule"), accepted.rule) for index, accepted in enumerate(known.accepted)
    ]
    named += [
        (("environments", name, "levels", rule), rule)
        for name, block in known.environments.items()
        for rule in block.levels
    ]
    for path, rule in named:
        if rule not in ids:
            yield f"{_line_of(path)}: {path[0]} names rule {rule!r}, but there is no such rule{suggest(rule, ids)}"


def _unacceptable(known: Limits) -> Iterator[str]:
    """Yield what environments.yaml accepts for good and nobody may: critical rules, and those that guard the guard."""
    critical = {rule.id for rule in RULES if rule.severity == "critical"}
    guarding = {rule.id for rule in (*environment.RULES, *known_rules.RULES)}
    for index, accepted in enumerate(known.accepted):
        path: KeyPath = ("accepted", index, "rule")
        why = "is critical" if accepted.rule in critical else "guards the guard" if accepted.rule in guarding else ""
        if why:
            yield f"{_line_of(path)}: accepted names rule {accepted.rule!r}, which {why}; mend the resource instead"
        for name in accepted.environments:
            if name not in known.environments:
                hint = suggest(name, list(known.environments))
                yield f"{_line_of(path)}: accepted names environment {name!r}, but there is no such environment{hint}"


def _line_of(path: KeyPath) -> str:
    """Return `file:line` of the limits at the path."""
    try:
        line = read(LIMITS_FILE).line(path)
    except YamlError:
        line = None
    file = f"{LIMITS_FILE.parent.name}/{LIMITS_FILE.name}"
    return f"{file}:{line}" if line else file


def _policy(
    rule: ResourceRule | StackRule,
    guard: Guard,
    environment: str | None,
    resource: _Seen[Resource],
    stack: _Seen[StackView],
) -> Policy:
    shared: dict[str, Any] = {
        "description": rule.title,
        "enforcement_level": _LEVELS[rule.level(guard.limits, environment)],
        "config_schema": RECORDED_SCHEMA if rule.asks_recording else SCHEMA,
        "severity": Severity(rule.severity),
        "remediation_steps": rule.fix,
    }
    if isinstance(rule, ResourceRule):
        return TypedPolicy(rule, validate=_resource_validation(rule, guard, resource), **shared)
    return StackValidationPolicy(name=rule.id, validate=_stack_validation(rule, guard, stack), **shared)


def _resource_validation(
    rule: ResourceRule, guard: Guard, seen: _Seen[Resource]
) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        config = PackConfig.of(args.get_config())
        try:
            judge_resource(rule, seen.get(args.props, lambda: _resource(args)), guard.context(config, args.urn), report)
        except UnknownEnvironmentError as reason:
            args.not_applicable(str(reason))
        except NotApplicableError as reason:
            _not_applicable(args, reason, config)

    return validate


def _stack_validation(
    rule: StackRule, guard: Guard, seen: _Seen[StackView]
) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        view = seen.get(args.resources, lambda: _view(args.resources))
        urn = args.resources[0].urn if args.resources else ""
        config = PackConfig.of(args.get_config())
        try:
            judge_stack(rule, view, guard.context(config, urn), report)
        except UnknownEnvironmentError as reason:
            # Every other rule needs the limits of an environment; this one says that there are none.
            if rule.id == ENVIRONMENT_RULE:
                report(str(reason), None)
            args.not_applicable(str(reason))
        except NotApplicableError as reason:
            _not_applicable(args, reason, config)

    return validate


def _not_applicable(
    args: ResourceValidationArgs | StackValidationArgs, reason: NotApplicableError, config: PackConfig
) -> None:
    if config.report_exempt:
        raise UndecidedError(str(reason).splitlines())
    args.not_applicable(str(reason))


def _resource(args: ResourceValidationArgs) -> Resource:
    return Resource(
        urn=args.urn,
        type=args.resource_type,
        name=args.name,
        props=args.props,
        protect=args.opts.protect,
        ignore_changes=tuple(args.opts.ignore_changes),
    )


def _view(resources: Sequence[PolicyResource]) -> StackView:
    return StackView(resources=[_stack_resource(resource) for resource in resources])


def _stack_resource(resource: PolicyResource) -> Resource:
    return Resource(
        urn=resource.urn,
        type=resource.resource_type,
        name=resource.name,
        props=resource.props,
        protect=resource.opts.protect,
        ignore_changes=tuple(resource.opts.ignore_changes),
        provider=resource.provider.props if resource.provider is not None else {},
        options=_options(resource.opts),
        dependencies=frozenset(item.urn for item in resource.dependencies),
        property_dependencies={
            key: frozenset(item.urn for item in items) for key, items in resource.property_dependencies.items()
        },
    )


def _options(options: PolicyResourceOptions) -> dict[str, Any]:
    """Return what the engine tells of the options beside protect and ignoreChanges, where they are set."""
    timeouts = options.custom_timeouts
    found = {
        "aliases": list(options.aliases),
        "customTimeouts": [timeouts.create_seconds, timeouts.update_seconds, timeouts.delete_seconds],
        "deleteBeforeReplace": options.delete_before_replace,
        "additionalSecretOutputs": list(options.additional_secret_outputs),
    }
    return {name: value for name, value in found.items() if value and value != [0, 0, 0]}


def serve() -> None:
    """Start the pack; never returns. A reviewed file that can't be used is one line and exit status 3."""
    try:
        rules = policies()
    except ReviewedFileError as error:
        sys.stderr.write(f"{'; '.join(error.problems)}\n")
        raise SystemExit(EXIT_COULD_NOT_RUN) from None
    serve_policies(NAME, rules)
