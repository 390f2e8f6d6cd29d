"""What to do about drift, resource by resource: undo it, adopt it, or let it pass for a while."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies import tokens
from policies.limits import Limits
from program.engine.causes import Cause, Drift, causes_of
from program.engine.manifests import deployed_resources, region_and_account
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.records import Advice, Change, PropertyChange
from program.errors import SettingsError
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.normalise import SECRET, UNKNOWN
from program.offline.projects import KINDS
from program.offline.redaction import NOT_SHOWN
from program.offline.stacks import Stack
from program.project.limits import LIMITS_FILE

_NO_SETTING = frozenset({SECRET, UNKNOWN, NOT_SHOWN})
# More members of one set than these are let pass by one entry.
_MOST_MEMBERS = 3
# The setting that one property follows from alone; members of lists go by their names.
_SETTINGS: Mapping[tuple[str, str], str] = {
    (tokens.CLUSTER, "backupRetentionPeriod"): "backup_retention_days",
    (tokens.CLUSTER, "engineVersion"): "database_engine_version",
    (tokens.CLUSTER_INSTANCE, "engineVersion"): "database_engine_version",
    (tokens.CLUSTER_INSTANCE, "instanceClass"): "database_instance_class",
    (tokens.CLUSTER_PARAMETERS, "parameters[log_statement].value"): "log_statement",
    (tokens.LOG_GROUP, "retentionInDays"): "log_retention_days",
    (tokens.ROTATION, "rotationRules.automaticallyAfterDays"): "secret_rotation_days",
}
# The same, of resources of one type that follow from different settings.
_SETTINGS_BY_NAME: Mapping[tuple[str, str], str] = {
    ("lambda-app-function", "imageUri"): "docker_image_uri",
    ("lambda-app-function", "memorySize"): "lambda_memory",
    ("lambda-app-function", "timeout"): "lambda_timeout_seconds",
    ("monitoring-app-duration", "threshold"): "latency_threshold",
    ("monitoring-app-errors", "threshold"): "error_threshold",
    ("monitoring-db-cpuutilization", "threshold"): "database_cpu_threshold",
    ("monitoring-db-database-connections", "threshold"): "connections_threshold",
}


@dataclass(frozen=True, slots=True)
class Adviser:
    """Advises on one stack; `live` are the outputs by URN, `unseen` what a deployment that asks the cloud leaves."""

    stack: Stack
    checkpoint: Checkpoint
    limits: Limits
    live: Mapping[str, JsonObject]
    unseen: frozenset[str]

    def advice(self, changes: Iterable[Change]) -> tuple[Advice, ...]:
        """Return the advice on each change, that on known causes first."""
        states = {state.urn: state for state in self.checkpoint.states}
        region, _ = region_and_account(deployed_resources(self.checkpoint))
        found: list[Advice] = []
        for change in changes:
            drift = Drift(change=change, state=states[change.urn], live=self.live.get(change.urn, {}), region=region)
            found += self._on(drift)
        return tuple(found)

    def _on(self, drift: Drift) -> Iterator[Advice]:
        causes = list(causes_of(drift))
        explained = {path for cause in causes for path in cause.properties}
        rest = [item for item in drift.change.properties if item.path not in explained]
        for cause in causes:
            told = [item for item in drift.change.properties if item.path in cause.properties]
            yield self._advice(drift.change, told, cause)
        if rest or not causes:
            yield self._advice(drift.change, rest, None)

    def _advice(self, change: Change, properties: list[PropertyChange], cause: Cause | None) -> Advice:
        undo, adopt = (cause.undo, cause.adopt) if cause is not None else (None, None)
        return Advice(
            urn=change.urn,
            properties=tuple(dict.fromkeys(item.path for item in properties)),
            cause=cause.text if cause is not None else None,
            undo=(self._undo(change, properties) if undo is None else undo) or None,
            adopt=(self._adopt(change, properties) if adopt is None else adopt) or None,
            accept=self._accept(change, properties),
        )

    def _undo(self, change: Change, properties: Iterable[PropertyChange]) -> str:
        if change.operation != "delete" and change.urn in self.unseen:
            paths = ", ".join(dict.fromkeys(item.path for item in properties))
            return f"set {paths} back in AWS: the program doesn't set it, so that no deployment undoes it"
        bundle = f"--bundle build/{self.stack.name}"
        command = f"./parity %s {self.stack.name} {bundle}"
        again = f"{command % 'preview'} --refresh; {command % 'apply'}"
        if change.loses_data:
            return f"{again} (it is made anew, and empty: {change.lost} comes back from a backup alone)"
        return again

    def _adopt(self, change: Change, properties: Iterable[PropertyChange]) -> str:
        lines = [line for item in properties if (line := self._setting(change, item)) is not None]
        return "; ".join(dict.fromkeys(lines))

    def _setting(self, change: Change, item: PropertyChange) -> str | None:
        field = _SETTINGS.get((change.type, item.path)) or _SETTINGS_BY_NAME.get((change.name, item.path))
        if field is None or item.after is None or str(item.after) in _NO_SETTING:
            return None
        file = self.stack.file
        key = KINDS[file.project].settings.config_key(field)
        where = f"in {file.source(key)}" if ("config", key) in file.lines else f"added to {file.path}"
        allowed = "" if self._allows(key, item.after) else f", which {LIMITS_FILE} has to allow"
        return f"{key}: {json.dumps(item.after)} {where}{allowed}"

    def _allows(self, key: str, value: JsonValue) -> bool:
        """Tell whether the limits allow the value of the setting."""
        try:
            kind = KINDS[self.stack.file.project]
            kind.validate(kind.settings.parse({**self.stack.file.config, key: str(value)}, {}), self.limits)
        except SettingsError:
            return False
        return True

    def _accept(self, change: Change, properties: Sequence[PropertyChange]) -> tuple[str, ...]:
        settings = self.stack.settings
        names = dict.fromkeys(_entry(item, properties) for item in properties)
        if change.operation == "delete" or settings is None:
            return ()
        days = self.limits.environments[settings.environment].exemption_days
        head = f"- {{environment: {settings.environment}, type: {json.dumps(change.type)}, name: {change.name}"
        tail = f"reason: ..., owner: ..., expires: YYYY-MM-DD}}  # at most {days} days ahead"
        return tuple(f"{head}, property: {json.dumps(name)}, {tail}" for name in names)


def _entry(item: PropertyChange, among: Sequence[PropertyChange]) -> str:
    """Return what an entry that lets the property pass is about."""
    alike = sum(other.path == item.path for other in among)
    return item.path if alike > _MOST_MEMBERS else item.place
