"""Judge one stack's settings by the limits of its environment, before any resource exists."""

from __future__ import annotations

import ipaddress

from policies.limits import CommonLimits, Limits
from program.project.limits import Judgement, by_limits, refuse
from program.service.settings import Settings

AVAILABILITY_ZONES = 3
# Databases that every cluster of Aurora PostgreSQL has when it is made: a second one of the name is refused.
_TAKEN_DATABASES = ("postgres", "rdsadmin", "template0", "template1")


def validate(settings: Settings, limits: Limits) -> None:
    """Raise SettingsError with every setting that its environment doesn't allow."""
    refuse(settings, _judge(settings, limits))


def _judge(settings: Settings, limits: Limits) -> Judgement:
    yield from by_limits(settings, limits)
    yield from _by_engine(settings, limits.common)
    yield from _by_network(settings)


def _by_engine(settings: Settings, limits: CommonLimits) -> Judgement:
    key = settings.config_key
    if settings.database_name in _TAKEN_DATABASES:
        yield (
            "database_name",
            f"{key('database_name')} is {settings.database_name}, which every cluster has already; choose "
            f"another than {', '.join(_TAKEN_DATABASES)}",
        )
    found, engine = settings.database_engine_version, limits.database_engine
    if found in engine.supported:
        return
    why = "AWS no longer creates that version" if found in engine.retired else "that version isn't allowed"
    yield (
        "database_engine_version",
        f"{key('database_engine_version')} is {found}; {why}; take one of {', '.join(engine.supported)}",
    )


def _by_network(settings: Settings) -> Judgement:
    key = settings.config_key
    reference, vpc = settings.networking_stack_ref, settings.vpc_id
    if (reference is None) == (vpc is None):
        state = "neither is set" if vpc is None else "both are set"
        yield (
            "networking_stack_ref",
            f"{state} of {key('networking_stack_ref')} and {key('vpc_id')}; set one of them",
        )
    if vpc is not None:
        yield from _by_explicit_network(settings)
    if settings.vpc_cidr is not None and not _is_network(settings.vpc_cidr):
        yield (
            "vpc_cidr",
            f"{key('vpc_cidr')} is {settings.vpc_cidr!r}; it must be an IPv4 range such as 10.0.0.0/16",
        )


def _by_explicit_network(settings: Settings) -> Judgement:
    key = settings.config_key
    for field in ("private_subnet_ids", "availability_zones"):
        count = len(set(getattr(settings, field)))
        if count != AVAILABILITY_ZONES:
            yield (
                field,
                f"{key(field)} has {count} different entries; with {key('vpc_id')} it needs "
                f"{AVAILABILITY_ZONES}, one per availability zone",
            )
    if settings.egress == "vpc" and settings.vpc_cidr is None and settings.endpoint_security_group_id is None:
        yield (
            "egress",
            f"{key('egress')} is vpc, but neither {key('vpc_cidr')} nor "
            f"{key('endpoint_security_group_id')} is set; set one, or egress: nat",
        )


def _is_network(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return True
