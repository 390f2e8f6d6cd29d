"""What a call changes beside the resource that it is about: interfaces, names that stay taken, versions, snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies import tokens
from tests.engine.cloud_file import Contents, Interface
from tests.engine.refusals.rule import at
from tests.engine.refusals.versions import major

Properties = Mapping[str, Any]


def after_create(contents: Contents, type_: str, id_: str, inputs: Properties) -> None:
    """Let a function have its network interface."""
    if type_ == tokens.FUNCTION:
        _connect(contents, id_, inputs)


def after_update(contents: Contents, type_: str, id_: str, old: Properties, inputs: Properties) -> None:
    """Let a function in other groups have another interface, and a cluster's instances run its new version."""
    if type_ == tokens.FUNCTION and _groups(old) != _groups(inputs):
        _leave(contents, id_)
        _connect(contents, id_, inputs)
    if type_ == tokens.CLUSTER and inputs.get("engineVersion") not in (None, old.get("engineVersion")):
        _upgrade_instances(contents, id_, old, inputs)


def after_delete(contents: Contents, type_: str, id_: str, old: Properties, state: Properties) -> None:
    """Keep what outlives a resource, and let go what doesn't."""
    if type_ == tokens.FUNCTION:
        _leave(contents, id_)
    if type_ == tokens.SECURITY_GROUP:
        _forget_group(contents, id_)
    if type_ == tokens.SECRET and state.get("recoveryWindowInDays", 0) > 0:
        contents.recoverable.append(str(old["name"]))
    if type_ == tokens.CLUSTER and not state.get("skipFinalSnapshot"):
        contents.snapshots.append(str(state["finalSnapshotIdentifier"]))


def _groups(function: Properties) -> list[str]:
    return sorted(at(function, "vpcConfig.securityGroupIds"))


def _connect(contents: Contents, function: str, inputs: Properties) -> None:
    groups = _groups(inputs)
    if groups:
        interface = Interface(made_for=function, used_by=function, groups=groups)
        contents.interfaces[f"eni-{len(contents.interfaces):017x}"] = interface


def _leave(contents: Contents, function: str) -> None:
    """Let the function's interfaces linger: AWS gives them back by itself, half an hour later."""
    for interface in contents.interfaces.values():
        if interface.used_by == function:
            interface.used_by = None


def _forget_group(contents: Contents, group: str) -> None:
    """Take away the group's rules, and the interfaces that the provider waits for and deletes before the group."""
    for type_ in (tokens.INGRESS_RULE, tokens.EGRESS_RULE):
        rules = contents.resources.get(type_, {})
        for id_ in [id_ for id_, rule in rules.items() if rule.properties.get("securityGroupId") == group]:
            contents.remove(type_, id_)
    lingering = [id_ for id_, interface in contents.interfaces.items() if group in interface.groups]
    for id_ in lingering:
        del contents.interfaces[id_]


def _upgrade_instances(contents: Contents, cluster: str, old: Properties, inputs: Properties) -> None:
    version = str(inputs["engineVersion"])
    group = inputs.get("dbInstanceParameterGroupName")
    for existing in contents.resources.get(tokens.CLUSTER_INSTANCE, {}).values():
        if existing.properties.get("clusterIdentifier") != cluster:
            continue
        existing.properties |= {"engineVersion": version, "engineVersionActual": version}
        if group and major(version) > major(str(old["engineVersion"])):
            existing.properties["dbParameterGroupName"] = group
