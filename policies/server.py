"""Serve the pack over the engine's protocol, as the SDK's `PolicyPack` does, but with the marks of secrets kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
from typing import Any, Final

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import deserialize_properties

# `PolicyPack` makes this servicer itself and takes no other, so its few lines stand here again.
from pulumi_policy.policy import _NotApplicableError, _PolicyAnalyzerServicer
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from policies.rule import ResourceRule
from policies.secrecy import keep_marks

# The engine puts the version of PulumiPolicy.yaml in its place.
_VERSION = "0.0.1"
# As the SDK has it: a stack's resources come in one message.
_LONGEST_MESSAGE = 400 * 1024 * 1024
_WORKERS = 4
# No rule asks for the tags that Pulumi Cloud gives a stack.
_NO_TAGS: Final[dict[str, str]] = {}


class TypedPolicy(ResourceValidationPolicy):
    """A policy on resources of some types."""

    def __init__(self, rule: ResourceRule, **given: Any) -> None:
        super().__init__(name=rule.id, **given)
        self.rule = rule


class Analyzer(_PolicyAnalyzerServicer):
    """The SDK's own servicer, with the marks of secrets kept. It reads a request once; the SDK does for every rule."""

    def __init__(self, name: str, rules: list[Policy]) -> None:
        super().__init__(name, _VERSION, rules, EnforcementLevel.MANDATORY)
        self._name = name
        self._of_stacks = [rule for rule in rules if isinstance(rule, StackValidationPolicy)]
        self._of_resources = [rule for rule in rules if isinstance(rule, TypedPolicy)]
        if len(self._of_stacks) + len(self._of_resources) != len(rules):
            raise TypeError("a policy is neither a TypedPolicy nor a StackValidationPolicy: nothing would ask it")
        self._by_type: dict[str, tuple[list[TypedPolicy], list[analyzer_pb2.PolicyNotApplicable]]] = {}

    def Configure(self, request: analyzer_pb2.ConfigureAnalyzerRequest, context: Any) -> Any:  # noqa: N802
        """Take the engine's configuration of the rules, their levels among it."""
        answer = super().Configure(request, context)  # type: ignore[no-untyped-call]  # the SDK's own
        self._by_type = {}
        return answer

    def Analyze(self, request: analyzer_pb2.AnalyzeRequest, _context: Any) -> analyzer_pb2.AnalyzeResponse:  # noqa: N802
        """Judge one resource."""
        props, options, provider = self._read(request)

        def arguments(config: dict[str, Any] | None) -> ResourceValidationArgs:
            return ResourceValidationArgs(
                request.type, props, request.urn, request.name, options, provider, config, _NO_TAGS
            )

        judging, others = self._about(request.type)
        response = self._answer(judging, arguments)
        response.not_applicable.extend(others)
        return response

    def AnalyzeStack(  # noqa: N802
        self, request: analyzer_pb2.AnalyzeStackRequest, _context: Any
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge all resources together."""
        resources = {item.urn: self._resource(item) for item in request.resources}
        for item in request.resources:
            resource = resources[item.urn]
            resource.parent = resources.get(item.parent)
            resource.dependencies = _among(resources, item.dependencies)
            resource.property_dependencies = {
                name: _among(resources, found.urns) for name, found in item.propertyDependencies.items()
            }
        everything = list(resources.values())
        return self._answer(self._of_stacks, lambda config: StackValidationArgs(everything, config, _NO_TAGS))

    def _about(self, type_: str) -> tuple[list[TypedPolicy], list[analyzer_pb2.PolicyNotApplicable]]:
        """Return the rules about the type, and of each other one that it isn't: found once for all resources of it."""
        found = self._by_type.get(type_)
        if found is None:
            others = [
                analyzer_pb2.PolicyNotApplicable(policy_name=policy.name, reason=_judges(policy.rule))
                for policy in self._of_resources
                if not policy.rule.is_about(type_) and self._get_enforcement_level(policy) != EnforcementLevel.DISABLED
            ]
            found = [policy for policy in self._of_resources if policy.rule.is_about(type_)], others
            self._by_type[type_] = found
        return found

    def _answer(
        self,
        rules: Iterable[TypedPolicy | StackValidationPolicy],
        arguments: Callable[[dict[str, Any] | None], Any],
    ) -> analyzer_pb2.AnalyzeResponse:
        """Return what the rules say, in the SDK's words."""
        response = analyzer_pb2.AnalyzeResponse()
        for rule in rules:
            level = self._get_enforcement_level(rule)
            if level == EnforcementLevel.DISABLED:
                continue
            report = self._create_report_violation(response, rule.name, rule.description, level, rule.severity)
            try:
                rule.validate(arguments(self._get_policy_config(rule.name)), report)
            except UnknownValueError as undecided:
                response.diagnostics.append(self._undecided(rule, undecided.message))
            except _NotApplicableError as reason:
                response.not_applicable.append(
                    analyzer_pb2.PolicyNotApplicable(policy_name=rule.name, reason=reason.reason or "")
                )
        return response

    def _undecided(self, rule: Policy, message: str) -> analyzer_pb2.AnalyzeDiagnostic:
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=rule.name,
            policyPackName=self._name,
            policyPackVersion=_VERSION,
            message=f"can't run policy '{rule.name}' from policy pack '{self._name}@v{_VERSION}' during preview: "
            + message,
            description=rule.description,
            enforcementLevel=analyzer_pb2.ADVISORY,
        )

    def _resource(self, item: analyzer_pb2.AnalyzerResource) -> PolicyResource:
        props, options, provider = self._read(item)
        return PolicyResource(item.type, props, item.urn, item.name, options, provider, None, [], {})

    def _read(self, item: analyzer_pb2.AnalyzeRequest | analyzer_pb2.AnalyzerResource) -> tuple[Any, Any, Any]:
        """Return properties, options and provider as the SDK hands them to a rule."""
        keep_marks(item.properties)
        keep_marks(item.provider.properties)
        props = unknown_checking_proxy(deserialize_properties(json_format.MessageToDict(item.properties)))
        return props, self._get_resource_options(item), self._get_provider_resource(item)


def _judges(rule: ResourceRule) -> str:
    return f"judges {', '.join(rule.types)}"


def _among(resources: Mapping[str, PolicyResource], urns: Iterable[str]) -> list[PolicyResource]:
    return [resources[urn] for urn in urns if urn in resources]


def serve(name: str, rules: list[Policy]) -> None:
    """Say the port on stdout, and answer until the process is ended."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=_WORKERS),
        options=[("grpc.max_receive_message_length", _LONGEST_MESSAGE)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(name, rules), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
