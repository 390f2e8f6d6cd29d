"""Read the JSON of `check --format json` as data that another job wrote: capped, strict, and never trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject, JsonValue, canonical
from program.manifest.differences import Comparison, Difference
from program.offline.documents import limited, validated
from program.offline.guard.change import Effect, GuardChange
from program.offline.guard.declared import DeclaredChange
from program.offline.guard.result import Guarded
from program.offline.guard.reviewed import ReviewedProblem
from program.offline.result import CheckedResource, CheckResult, Finding, FindingLevel, FindingOutcome, StackResult

# 200 stacks with all their resources are a third of it.
LARGEST_BYTES = 128 * 1024 * 1024
_MOST_REASONS = 1000
_LARGEST_REASONS = 1024 * 1024


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True)


def _comparable(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse a number that canonical JSON has no word for: nothing that a check compared."""
    canonical(values)
    return values


class _Resource(_Part):
    urn: str
    type: str
    name: str
    parent: str | None
    dependencies: list[str]
    property_dependencies: dict[str, list[str]]
    inputs: dict[str, JsonValue]
    source: str | None


class _Finding(_Part):
    rule: str
    level: FindingLevel
    outcome: FindingOutcome
    resource: str | None
    message: str
    source: str | None


class _Stack(_Part):
    stack: str
    environment: str | None
    region: str | None
    manifest: dict[str, JsonValue] | None
    resources: list[_Resource]
    findings: list[_Finding]
    # A base from before there were such says none.
    settings: dict[str, str] = Field(default_factory=dict)


class _Difference(_Part):
    resource: str
    property: str
    values: Annotated[dict[str, JsonValue], AfterValidator(_comparable)]
    declared: bool


class _Comparison(_Part):
    baseline_hash: dict[str, str]
    resources_hash: dict[str, str]
    match: bool
    differences: list[_Difference]
    stale: list[str] = []


class _GuardChange(_Part):
    effect: Effect
    kind: str
    file: str
    line: int | None
    text: str
    fails: list[str]


class _DeclaredChange(_Part):
    resource: str
    property: str
    before: JsonValue
    after: JsonValue
    stacks: list[str]

    @model_validator(mode="after")
    def _comparable(self) -> _DeclaredChange:
        _comparable({"before": self.before, "after": self.after})
        return self


class _Problem(_Part):
    file: str
    line: int | None
    message: str


class _Guarded(_Part):
    base: str
    note: str | None
    changes: list[_GuardChange]
    declared: list[_DeclaredChange]
    problems: list[_Problem]


class _Reason(_Part):
    file: str | None
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}"


class _Unable(_Part):
    """What a check wrote that could not run."""

    schema_version: Literal[1]
    ok: Literal[False]
    problems: Annotated[list[_Reason], Field(min_length=1, max_length=_MOST_REASONS)]


class _Document(_Part):
    schema_version: Literal[1]
    ok: bool
    stacks: list[_Stack]
    comparison: _Comparison
    guarded: _Guarded | None = None


def read_check(path: Path) -> CheckResult:
    """Return the check's result; what is not one, or contradicts itself, is a failure to run in one line.

    Of a check that could not run itself, the failure says its reasons, a line for each.
    """
    _refuse_unable(path)
    document = validated(_Document, path, LARGEST_BYTES)
    result = CheckResult(
        stacks=tuple(_stack(stack) for stack in document.stacks),
        comparison=_comparison(document.comparison),
        guarded=_guarded(document.guarded) if document.guarded is not None else None,
    )
    names = [stack.stack for stack in result.stacks]
    if len(set(names)) != len(names):
        raise CouldNotRunError(f"{path}: a stack is in it twice; write it anew with check --format json")
    if (document.ok, document.comparison.match) != (result.ok, result.comparison.match):
        raise CouldNotRunError(f"{path}: its verdict is not what its findings say; write it anew with this version")
    return result


def _refuse_unable(path: Path) -> None:
    """Raise the reasons that a check wrote which could not run."""
    content = limited(path, LARGEST_BYTES)
    if len(content) > _LARGEST_REASONS:
        return
    try:
        unable = _Unable.model_validate_json(content)
    except ValidationError:
        return
    raise CouldNotRunError("\n".join(f"the check could not run: {reason}" for reason in unable.problems))


def _guarded(guarded: _Guarded) -> Guarded:
    return Guarded(
        base=guarded.base,
        note=guarded.note,
        changes=tuple(
            GuardChange(
                effect=each.effect,
                kind=each.kind,
                file=each.file,
                line=each.line,
                text=each.text,
                fails=tuple(each.fails),
            )
            for each in guarded.changes
        ),
        declared=tuple(
            DeclaredChange(
                resource=each.resource,
                property=each.property,
                before=each.before,
                after=each.after,
                stacks=tuple(each.stacks),
            )
            for each in guarded.declared
        ),
        problems=tuple(ReviewedProblem(each.file, each.line, each.message) for each in guarded.problems),
    )


def _stack(stack: _Stack) -> StackResult:
    return StackResult(
        stack=stack.stack,
        environment=stack.environment,
        region=stack.region,
        manifest=stack.manifest,
        resources=tuple(_resource(resource) for resource in stack.resources),
        findings=tuple(
            Finding(
                rule=each.rule,
                level=each.level,
                outcome=each.outcome,
                resource=each.resource,
                message=each.message,
                source=each.source,
            )
            for each in stack.findings
        ),
        settings=stack.settings,
    )


def _resource(resource: _Resource) -> CheckedResource:
    inputs: JsonObject = resource.inputs
    return CheckedResource(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        parent=resource.parent,
        dependencies=tuple(resource.dependencies),
        property_dependencies={key: tuple(urns) for key, urns in resource.property_dependencies.items()},
        inputs=inputs,
        source=resource.source,
    )


def _comparison(comparison: _Comparison) -> Comparison:
    return Comparison(
        baseline_hash=comparison.baseline_hash,
        resources_hash=comparison.resources_hash,
        differences=tuple(
            Difference(resource=each.resource, property=each.property, values=each.values, declared=each.declared)
            for each in comparison.differences
        ),
        stale=tuple(comparison.stale),
    )
