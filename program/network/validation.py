"""Judge one network's settings by the limits and by what AWS makes, and all networks together by their ranges."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping

from policies.limits import Limits
from program.network.cutting import NARROWEST, WIDEST, ZONES
from program.network.settings import Settings
from program.project.limits import Judgement, by_limits, refuse

# RFC 1918: what nobody on the internet has.
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


def validate(settings: Settings, limits: Limits) -> None:
    """Raise SettingsError with every setting that its environment or AWS doesn't allow."""
    refuse(settings, _judge(settings, limits))


def overlaps(networks: Mapping[str, Settings]) -> Iterator[tuple[str, str]]:
    """Yield each network's name, with a line on every other whose range has addresses of its own.

    Networks with the same addresses can never be connected, and whoever reads an address can't tell whose it is.
    """
    for name, settings in networks.items():
        for other, theirs in networks.items():
            if other != name and settings.vpc_range.overlaps(theirs.vpc_range):
                key = settings.config_key("vpc_cidr")
                yield (
                    name,
                    f"{key} is {settings.vpc_cidr}, which overlaps {theirs.vpc_cidr} of {other}; give each network a "
                    f"range of its own",
                )


def _judge(settings: Settings, limits: Limits) -> Judgement:
    yield from by_limits(settings, limits)
    yield from _by_range(settings)
    yield from _by_zones(settings)


def _by_range(settings: Settings) -> Judgement:
    found = f"{settings.config_key('vpc_cidr')} is {settings.vpc_cidr}"
    try:
        given = settings.vpc_range
    except ValueError as error:
        yield "vpc_cidr", f"{found}, which is no IPv4 range ({error}); take one such as 10.0.0.0/16"
        return
    if not WIDEST <= given.prefixlen <= NARROWEST:
        yield (
            "vpc_cidr",
            f"{found}; AWS makes no VPC beyond /{WIDEST}, and no subnet as small as those of less than /{NARROWEST}: "
            f"take a range from /{WIDEST} to /{NARROWEST}",
        )
    if not any(given.subnet_of(private) for private in _PRIVATE):
        yield "vpc_cidr", f"{found}, which is not private; take a range of {', '.join(map(str, _PRIVATE))}"


def _by_zones(settings: Settings) -> Judgement:
    key, zones = settings.config_key("availability_zones"), settings.availability_zones
    if len(zones) != ZONES or len(set(zones)) != ZONES:
        yield (
            "availability_zones",
            f"{key} has {len(set(zones))} different zones; it needs {ZONES}, in which the service's database stands",
        )
    for zone in zones:
        # A local zone (us-east-1-bos-1a) and a wavelength zone have no Aurora.
        if not re.fullmatch(rf"{re.escape(settings.region)}[a-z]", zone):
            yield (
                "availability_zones",
                f"{key} has {zone!r}, which is no zone of {settings.region}: {settings.region}a and so on",
            )
