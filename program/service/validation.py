"""Judge one stack's settings by the limits of its environment, before any resource exists."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Iterator

from pydantic.alias_generators import to_camel

from policies.limits import CommonLimits, EnvironmentLimits, Limits, Range
from policies.schema import suggest
from program.errors import Problem, SettingsError
from program.service.settings import Settings, config_key, cut

LIMITS_FILE = "policies/environments.yaml"
AVAILABILITY_ZONES = 3
# Databases that every cluster of Aurora PostgreSQL has when it is made: a second one of the name is refused.
_TAKEN_DATABASES = ("postgres", "rdsadmin", "template0", "template1")


def validate(settings: Settings, limits: Limits) -> None:
    """Raise SettingsError with every setting that its environment doesn't allow."""
    problems: dict[str, Problem] = {}
    for field, message in _judge(settings, limits):
        # One line for each setting: the environment's word goes before what holds everywhere.
        problems.setdefault(field, Problem(config_key(field), message))
    if problems:
        raise SettingsError(list(problems.values()))


_Judgement = Iterator[tuple[str, str]]
_Sayer = Callable[[str, Collection[object] | Range], _Judgement]


def _judge(settings: Settings, limits: Limits) -> _Judgement:
    environment = limits.environments.get(settings.environment)
    if environment is None:
        yield (
            "environment",
            f"{config_key('environment')} is {settings.environment!r}, which {LIMITS_FILE} doesn't know"
            f"{suggest(settings.environment, list(limits.environments))}",
        )
    else:
        yield from _by_environment(settings, environment)
    yield from _by_common(settings, limits.common)
    yield from _by_engine(settings, limits.common)
    yield from _by_network(settings)


def _by_environment(settings: Settings, limits: EnvironmentLimits) -> _Judgement:
    say = _sayer(settings, f"{settings.environment} allows")
    yield from say("region", limits.regions)
    yield from _by_name(say, limits, f"environments.{settings.environment}")


def _by_common(settings: Settings, limits: CommonLimits) -> _Judgement:
    yield from _by_name(_sayer(settings, "every environment allows"), limits, "common")


def _by_name(say: _Sayer, limits: EnvironmentLimits | CommonLimits, where: str) -> _Judgement:
    """Yield what the limits don't allow of settings: by a field of the setting's name, or a line of `settings`."""
    settings = {to_camel(field): field for field in Settings.model_fields}
    for name, allowed in limits.settings.items():
        if name in settings:
            yield from say(settings[name], allowed)
        else:
            yield (
                "environment",
                f"{LIMITS_FILE}: {where}.settings limits {name!r}, which is no setting{suggest(name, list(settings))}",
            )
    for field in Settings.model_fields:
        of_its_name = getattr(limits, field, None)
        if isinstance(of_its_name, list | Range):
            yield from say(field, of_its_name)


def _sayer(settings: Settings, who: str) -> _Sayer:
    def say(field: str, allowed: Collection[object] | Range) -> _Judgement:
        found = getattr(settings, field)
        key = config_key(field)
        if isinstance(allowed, Range):
            if not allowed.min <= found <= allowed.max:
                yield field, f"{key} is {cut(str(found))}; {who} {allowed.min} to {allowed.max}"
        elif found not in allowed:
            words = ", ".join(str(value) for value in allowed)
            yield field, f"{key} is {cut(str(found))}; {who} {words} (change it, or {LIMITS_FILE})"

    return say


def _by_engine(settings: Settings, limits: CommonLimits) -> _Judgement:
    if settings.database_name in _TAKEN_DATABASES:
        yield (
            "database_name",
            f"{config_key('database_name')} is {settings.database_name}, which every cluster has already; choose "
            f"another than {', '.join(_TAKEN_DATABASES)}",
        )
    found, engine = settings.database_engine_version, limits.database_engine
    if found in engine.supported:
        return
    why = "AWS no longer creates that version" if found in engine.retired else "that version isn't allowed"
    yield (
        "database_engine_version",
        f"{config_key('database_engine_version')} is {found}; {why}; take one of {', '.join(engine.supported)}",
    )


def _by_network(settings: Settings) -> _Judgement:
    reference, vpc = settings.networking_stack_ref, settings.vpc_id
    if (reference is None) == (vpc is None):
        state = "neither is set" if vpc is None else "both are set"
        yield (
            "networking_stack_ref",
            f"{state} of {config_key('networking_stack_ref')} and {config_key('vpc_id')}; set one of them",
        )
    if vpc is not None:
        yield from _by_explicit_network(settings)
    if settings.vpc_cidr is not None and not _is_network(settings.vpc_cidr):
        yield (
            "vpc_cidr",
            f"{config_key('vpc_cidr')} is {settings.vpc_cidr!r}; it must be an IPv4 range such as 10.0.0.0/16",
        )


def _by_explicit_network(settings: Settings) -> _Judgement:
    for field in ("private_subnet_ids", "availability_zones"):
        count = len(set(getattr(settings, field)))
        if count != AVAILABILITY_ZONES:
            yield (
                field,
                f"{config_key(field)} has {count} different entries; with {config_key('vpc_id')} it needs "
                f"{AVAILABILITY_ZONES}, one per availability zone",
            )
    if settings.egress == "vpc" and settings.vpc_cidr is None and settings.endpoint_security_group_id is None:
        yield (
            "egress",
            f"{config_key('egress')} is vpc, but neither {config_key('vpc_cidr')} nor "
            f"{config_key('endpoint_security_group_id')} is set; set one, or egress: nat",
        )


def _is_network(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return True
