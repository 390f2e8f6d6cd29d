"""Judge one stack's settings by the limits of its environment that have their names, before any resource exists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from pydantic.alias_generators import to_camel

from policies.limits import CommonLimits, EnvironmentLimits, Limits, Range
from policies.schema import suggest
from program.errors import Problem, SettingsError
from program.project.settings import ProjectSettings
from program.project.texts import cut

LIMITS_FILE = "policies/environments.yaml"
# A field of the settings, and what is wrong with it.
Judgement = Iterator[tuple[str, str]]
_Sayer = Callable[[str, Collection[object] | Range], Judgement]


def refuse(settings: ProjectSettings, judged: Iterable[tuple[str, str]]) -> None:
    """Raise SettingsError with the first thing that is said of each field; nothing said, nothing raised."""
    problems: dict[str, Problem] = {}
    for field, message in judged:
        problems.setdefault(field, Problem(settings.config_key(field), message))
    if problems:
        raise SettingsError(list(problems.values()))


def by_limits(settings: ProjectSettings, limits: Limits) -> Judgement:
    """Yield every setting that its environment doesn't allow, then those that no environment does."""
    environment = limits.environments.get(settings.environment)
    if environment is None:
        yield (
            "environment",
            f"{settings.config_key('environment')} is {settings.environment!r}, which {LIMITS_FILE} doesn't know"
            f"{suggest(settings.environment, list(limits.environments))}",
        )
    else:
        say = _sayer(settings, f"{settings.environment} allows")
        yield from say("region", environment.regions)
        yield from _by_name(settings, say, environment)
    yield from _by_name(settings, _sayer(settings, "every environment allows"), limits.common)


def unknown_limits(limits: Limits, kinds: Iterable[type[ProjectSettings]]) -> Iterator[str]:
    """Yield a line for each entry of `settings` in the limits that limits no project's setting."""
    known = sorted({to_camel(field) for kind in kinds for field in kind.model_fields})
    places = {"common": limits.common.settings}
    places |= {f"environments.{name}": block.settings for name, block in limits.environments.items()}
    for where, entries in places.items():
        for name in entries:
            if name not in known:
                yield (f"{LIMITS_FILE}: {where}.settings limits {name!r}, which is no setting{suggest(name, known)}")


def _by_name(settings: ProjectSettings, say: _Sayer, limits: EnvironmentLimits | CommonLimits) -> Judgement:
    """Yield what the limits don't allow of settings: by a field of the setting's name, or a line of `settings`."""
    fields = {to_camel(field): field for field in type(settings).model_fields}
    for name, allowed in limits.settings.items():
        if name in fields:
            yield from say(fields[name], allowed)
    for field in fields.values():
        of_its_name = getattr(limits, field, None)
        if isinstance(of_its_name, list | Range):
            yield from say(field, of_its_name)


def _sayer(settings: ProjectSettings, who: str) -> _Sayer:
    def say(field: str, allowed: Collection[object] | Range) -> Judgement:
        found = getattr(settings, field)
        key = settings.config_key(field)
        if isinstance(allowed, Range):
            if not allowed.min <= found <= allowed.max:
                yield field, f"{key} is {cut(str(found))}; {who} {allowed.min} to {allowed.max}"
        elif found not in allowed:
            words = ", ".join(str(value) for value in allowed)
            yield field, f"{key} is {cut(str(found))}; {who} {words} (change it, or {LIMITS_FILE})"

    return say
