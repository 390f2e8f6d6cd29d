"""Examine one stack in a process of its own: record the program, let the pack judge, write the manifest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext

from policies.limits import Limits
from policies.wire import Outcome
from program.manifest.canonical import JsonObject
from program.manifest.normalise import Place
from program.manifest.resources import full_manifest
from program.offline.analysis import running_pack
from program.offline.recording import ProgramError, Recording, Registration, record
from program.offline.redaction import redacted
from program.offline.result import PROGRAM_RULE, RETAIN_RULE, CheckedResource, Finding, StackResult
from program.offline.simulation import Cloud, account_of, network_outputs
from program.offline.stacks import Stack
from program.service.configuration import stack_manifest
from program.service.packaging import source_hash
from program.service.settings import Settings
from program.service.stack import ROTATION_FOLDER, deploy


def examine(stack: Stack, limits: Limits, *, judge: bool) -> StackResult:
    """Return all that can be said of the stack, with `judge` the policies' word too.

    A stack without settings, or whose program stops, has its findings alone.
    """
    if stack.settings is None:
        return _result(stack, None, (), ())
    cloud = _cloud(stack.name, stack.settings, limits)
    # The pack is forked before this process makes anything that a fork would share.
    with running_pack(stack=stack.name, config=stack.file.config) if judge else nullcontext() as pack:
        try:
            recording = record(deploy, stack=stack.name, config=stack.file.config, cloud=cloud)
        except ProgramError as error:
            return _result(stack, None, (), [_program_failed(error)])
        outcomes = pack.judge(recording.registrations) if pack is not None else []
    sources = {registration.urn: registration.source for registration in recording.registrations}
    findings = [_finding(outcome, sources, stack) for outcome in outcomes]
    findings += _retained(recording.registrations)
    return _result(stack, _manifest(stack.settings, limits, cloud, recording), recording.registrations, findings)


def _cloud(stack: str, settings: Settings, limits: Limits) -> Cloud:
    account = limits.environments[settings.environment].account
    return Cloud(stack=stack, region=settings.region, account=account or account_of(stack))


def _manifest(settings: Settings, limits: Limits, cloud: Cloud, recording: Recording) -> JsonObject:
    place = Place(
        environment=settings.environment,
        suffix=settings.environment_suffix,
        region=settings.region,
        account=cloud.account,
        networking=_networking(settings, cloud),
    )
    resources = [registration.resource() for registration in recording.registrations]
    configuration = stack_manifest(settings, limits, source_hash(ROTATION_FOLDER))
    return full_manifest(configuration, place, resources, limits.differences)


def _networking(settings: Settings, cloud: Cloud) -> JsonObject:
    return settings.given_network if settings.networking_stack_ref is None else network_outputs(cloud)


def _result(
    stack: Stack,
    manifest: JsonObject | None,
    registrations: Sequence[Registration],
    findings: Iterable[Finding],
) -> StackResult:
    settings = stack.settings
    return StackResult(
        stack=stack.name,
        environment=settings.environment if settings else None,
        region=settings.region if settings else None,
        manifest=manifest,
        resources=tuple(_checked(item) for item in sorted(registrations, key=lambda item: item.urn)),
        findings=tuple(sorted([*stack.findings, *findings], key=_order)),
    )


def _order(finding: Finding) -> tuple[str, str, str, str]:
    return (finding.rule, finding.resource or "", finding.outcome, finding.message)


def _checked(registration: Registration) -> CheckedResource:
    return CheckedResource(
        urn=registration.urn,
        type=registration.type,
        name=registration.name,
        parent=registration.parent or None,
        dependencies=registration.dependencies,
        property_dependencies=registration.property_dependencies,
        inputs=redacted(registration.inputs),
        source=registration.source,
    )


def _finding(outcome: Outcome, sources: dict[str, str | None], stack: Stack) -> Finding:
    return Finding(
        rule=outcome.rule,
        level=outcome.level,
        outcome=outcome.outcome,
        resource=outcome.resource,
        message=outcome.message,
        source=sources.get(outcome.resource or "") or stack.file.source(None),
    )


def _program_failed(error: ProgramError) -> Finding:
    return Finding(
        rule=PROGRAM_RULE,
        level="mandatory",
        outcome="error",
        resource=None,
        message=f"the program stopped: {error}",
        source=error.source,
    )


def _retained(registrations: Iterable[Registration]) -> list[Finding]:
    """Judge what analyzers are not told: a resource kept on delete survives the stack that made it."""
    return [
        Finding(
            rule=RETAIN_RULE,
            level="mandatory",
            outcome="failed",
            resource=registration.urn,
            message="retainOnDelete is set; a destroyed stack must leave nothing (dataProtection protects data)",
            source=registration.source,
        )
        for registration in registrations
        if registration.retain_on_delete
    ]
