"""Judge what one stack registered: the pack's word and the manifest, from data alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from policies.catalogue import RULES
from policies.limits import Limits
from policies.rules.environment import EXEMPTIONS, EXPIRING
from policies.wire import Outcome
from program.manifest.canonical import JsonObject, digest
from program.manifest.normalise import Place
from program.manifest.resources import full_manifest
from program.manifest.scaling import baseline
from program.offline.packs import PackHost
from program.offline.projects import KINDS
from program.offline.recordings import Registration, StackRecording
from program.offline.redaction import redacted
from program.offline.result import PROGRAM_RULE, CheckedResource, Finding, StackResult, excuse_and_fault
from program.offline.reviewed_lines import entry_place
from program.offline.simulation import Cloud, account_of
from program.offline.source_lines import property_place
from program.offline.stacks import Stack, settings_findings
from program.project.setting import place_of
from program.project.settings import ProjectSettings
from program.project.stackfile import StackFile

# What these say is about an entry, and of no resource.
_OF_REVIEWED_FILES = (EXEMPTIONS.id, EXPIRING.id)
# The stack's output that holds its configuration.
_CONFIGURATION = "configManifest"


def judge_stack(stack: Stack, recording: StackRecording, limits: Limits, *, packs: PackHost | None) -> StackResult:
    """Return all that can be said of the stack, with `packs` the policies' word too.

    A stack without settings, or whose program stopped, has its findings alone.
    """
    if stack.settings is None:
        return _result(stack, None, (), ())
    if recording.refused:
        found = settings_findings(stack.file, recording.refused)
        return _result(stack, None, (), [finding for finding in found if finding not in stack.findings])
    if recording.problem is not None:
        problem = _program_failed(f"the program stopped: {recording.problem}", recording.source)
        return _result(stack, None, (), [problem])
    findings = _judged(stack, recording, limits, packs) if packs is not None else []
    configuration = _configuration(recording.outputs)
    if configuration is None:
        problem = _program_failed(f"the program exports no {_CONFIGURATION}; the stack's own outputs have it", None)
        return _result(stack, None, recording.registrations, [*findings, problem])
    manifest = _manifest(stack, stack.settings, limits, recording, configuration)
    return _result(stack, manifest, recording.registrations, findings)


def judge_recorded(
    stack: Stack, recordings: Mapping[str, StackRecording], limits: Limits, packs: PackHost | None
) -> StackResult:
    """Judge the stack by its recording; that there is none is a finding."""
    missing = StackRecording(stack=stack.name, problem="nothing was recorded of the stack; write it anew with `record`")
    return judge_stack(stack, recordings.get(stack.name, missing), limits, packs=packs)


def stack_cloud(file: StackFile, settings: ProjectSettings, limits: Limits) -> Cloud:
    """Return the simulated region and account that the stack is recorded in."""
    account = limits.environments[settings.environment].account or settings.given_account
    return Cloud(stack=file.name, region=settings.region, account=account or account_of(file.stack))


def _judged(stack: Stack, recording: StackRecording, limits: Limits, packs: PackHost) -> list[Finding]:
    # grpc takes a while to import, and not every caller asks the policies.
    from program.offline.analysis import running_pack

    with running_pack(packs, project=stack.file.project, stack=stack.file.stack, config=stack.file.config) as pack:
        outcomes = pack.judge([*recording.registrations, *recording.references])
    registered = (*recording.registrations, *recording.references)
    by_urn = {registration.urn: registration for registration in registered}
    return [_finding(_decided(outcome, stack, limits), by_urn, stack) for outcome in outcomes]


def _decided(outcome: Outcome, stack: Stack, limits: Limits) -> Outcome:
    """Return the outcome as it counts offline, where nothing decides later what is undecided now."""
    if outcome.outcome != "undecided" or stack.settings is None:
        return outcome
    environment = stack.settings.environment
    rule = next(rule for rule in RULES if rule.id == outcome.rule)
    fails = limits.environments[environment].undecided_fails and rule.level(limits, environment) == "mandatory"
    return replace(outcome, level="mandatory" if fails else "advisory")


def _configuration(outputs: JsonObject) -> JsonObject | None:
    """Return the configuration that the stack exports, None where it exports none."""
    exported = outputs.get(_CONFIGURATION)
    try:
        manifest = json.loads(exported) if isinstance(exported, str) else None
    except ValueError:
        return None
    configuration = manifest.get("configuration") if isinstance(manifest, dict) else None
    return configuration if isinstance(configuration, dict) else None


def _manifest(
    stack: Stack, settings: ProjectSettings, limits: Limits, recording: StackRecording, configuration: JsonObject
) -> JsonObject:
    place = Place(
        environment=settings.environment,
        suffix=settings.environment_suffix,
        region=settings.region,
        account=stack_cloud(stack.file, settings, limits).account,
        networking=recording.networking or settings.given_network,
    )
    # The hashes are made anew: what is judged says nothing of its own result.
    exported: JsonObject = {
        "schemaVersion": 1,
        "environment": settings.environment,
        "configuration": configuration,
        "configHash": digest(configuration),
        "baselineHash": digest(baseline(configuration, limits)),
    }
    resources = [registration.resource() for registration in recording.registrations]
    return full_manifest(exported, place, resources, limits)


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
        settings=dict(_setting_places(stack.file)),
    )


def _setting_places(file: StackFile) -> Iterator[tuple[str, str]]:
    settings = KINDS[file.project].settings
    for name, field in settings.model_fields.items():
        place, line = place_of(field), file.line(settings.config_key(name))
        if place and line is not None:
            yield place, f"{file.path}:{line}"


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


def _finding(outcome: Outcome, by_urn: Mapping[str, Registration], stack: Stack) -> Finding:
    return Finding(
        rule=outcome.rule,
        level=outcome.level,
        outcome=outcome.outcome,
        resource=outcome.resource,
        message=outcome.message,
        source=_source(outcome, by_urn) or stack.file.source(None),
    )


def _source(outcome: Outcome, by_urn: Mapping[str, Registration]) -> str | None:
    """Return the line that is to be mended: of the entry, of the property, else where the resource is made."""
    if outcome.rule in _OF_REVIEWED_FILES:
        return entry_place(outcome.message)
    registration = by_urn.get(outcome.resource or "")
    if registration is None:
        return None
    return property_place(registration.source, registration.type, _fault(outcome))


def _fault(outcome: Outcome) -> str:
    return excuse_and_fault(outcome.message)[1] if outcome.outcome == "exempt" else outcome.message


def _program_failed(message: str, source: str | None) -> Finding:
    return Finding(rule=PROGRAM_RULE, level="mandatory", outcome="error", resource=None, message=message, source=source)
