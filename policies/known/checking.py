"""What is wrong with the known world beyond its form: rules, limits and types that there are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.known.models import Judge
from policies.known.tables import Known, known, known_options, known_parameters
from policies.known.worlds import World
from policies.limits import CommonLimits, EnvironmentLimits, limits
from policies.rule import Rule
from policies.schema import suggest


def problems(rules: Mapping[str, Rule], world: World) -> Iterator[str]:
    """Yield what in a world names a rule, a limit or a type that there is not, or a rule about others.

    It would judge nothing.
    """
    tables = known(world)
    for file, type_, place, judge in _judges(tables):
        if judge.rule is not None and judge.rule not in rules:
            hint = suggest(judge.rule, list(rules))
            yield f"{file}: {place} names rule {judge.rule!r}, but there is no such rule{hint}"
        elif judge.rule is not None and type_ and not rules[judge.rule].is_about(type_):
            yield (
                f"{file}: {place} names rule {judge.rule!r}, which is not about {type_}; add the type to the rule, or "
                f'say which values are good: {{name: "${{environment}}-*-${{suffix}}"}}, is, oneOf, limit or own'
            )
        if judge.limit is not None and _snake(judge.limit) not in _LIMITS and not _of_settings(judge.limit):
            yield f"{file}: {place} names limit {judge.limit!r}, which environments.yaml does not have"
        short = judge.own.partition(".")[0] if judge.own is not None else None
        if short is not None and short not in _short_names(tables):
            yield f"{file}: {place} names {short!r}, which is no known type{suggest(short, _short_names(tables))}"


_LIMITS = {*CommonLimits.model_fields, *EnvironmentLimits.model_fields}


def _of_settings(limit: str) -> bool:
    """Tell whether the limit holds in every environment: for all of them, or for each."""
    known = limits()
    return limit in known.common.settings or all(limit in block.settings for block in known.environments.values())


def _judges(tables: Known) -> Iterator[tuple[str, str, str, Judge]]:
    for type_, found in tables.types.items():
        file = tables.files[type_]
        yield from ((file, type_, f"{type_} {path}", judge) for path, judge in found.properties.items())
        for name, resource in found.resources.items():
            yield from ((file, type_, f"{name} {path}", judge) for path, judge in resource.properties.items())
    for group in known_parameters().groups:
        yield from (("policies/known/parameters.yaml", "", name, judge) for name, judge in group.parameters.items())
    yield from (("policies/known/options.yaml", "", name, judge) for name, judge in known_options().options.items())


def _short_names(tables: Known) -> list[str]:
    return sorted({type_.rpartition(":")[2] for type_ in tables.types})


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
