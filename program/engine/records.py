"""What a preview, an apply, a drift check and a destroy say of one stack: written as JSON, read again by reports."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from program.engine.bundles.revision import commit_of
from program.manifest.canonical import JsonValue
from program.manifest.differences import Difference
from program.offline.documents import validated
from program.offline.result import Finding
from program.offline.stacks import Stack

Operation = Literal["create", "update", "replace", "delete"]
PreviewOutcome = Literal["clean", "blocked", "failed"]
ApplyOutcome = Literal["applied", "refused", "failed", "different", "interrupted"]
DriftVerdict = Literal["clean", "drifted", "undeployed", "check-failed"]
DestroyOutcome = Literal["destroyed", "refused", "failed", "interrupted"]
LARGEST_RECORD = 64 * 1024 * 1024
# What is lost with a resource, and comes back neither by a deployment nor from anywhere else at once.
STATEFUL: Mapping[str, str] = {
    "aws:cloudwatch/logGroup:LogGroup": "its log events",
    "aws:kms/key:Key": "everything that is encrypted with it",
    "aws:rds/cluster:Cluster": "the database",
    "aws:rds/clusterInstance:ClusterInstance": "the connections to it",
    "aws:secretsmanager/secret:Secret": "the credential",
}


class Record(BaseModel):
    """Data that one job writes and another reads: frozen, keys in camelCase, none unknown."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True)


class PropertyChange(Record):
    """One property by its path; None is absent, `${unknown}` not known yet, `${secret}` never shown.

    A path that ends with `[]` is of a member of a set, which one side has and the other has not.
    """

    path: str
    before: JsonValue
    after: JsonValue
    replaces: bool = False

    @property
    def place(self) -> str:
        """Return the path, of a member of a set with the text that it is: what one entry can be about."""
        value = self.before if self.after is None else self.after
        return f"{self.path[:-1]}{value}]" if self.path.endswith("[]") and isinstance(value, str) else self.path


class Change(Record):
    """What happens, or happened, to one resource; `stateful` says that it holds data, which a delete loses."""

    urn: str
    type: str
    name: str
    operation: Operation
    stateful: bool
    source: str | None
    properties: tuple[PropertyChange, ...]

    @property
    def loses_data(self) -> bool:
        """Tell whether the change ends a resource that holds data."""
        return self.stateful and self.operation in ("replace", "delete")

    @property
    def lost(self) -> str:
        """Return in words what ends with the resource."""
        return STATEFUL.get(self.type, "its data")


class Hashes(Record):
    """The hashes of one manifest; without a resources hash while `unknowns` of its values aren't known."""

    config_hash: str
    baseline_hash: str
    resources_hash: str | None
    unknowns: int = 0


class Refusal(Record):
    """Why a bundle is not applied, or a stack not destroyed: a code, both values, and what to do."""

    code: str
    expected: str
    found: str
    fix: str


class StackRecord(Record):
    """What every record begins with; `error` is one line that says why there is no more."""

    schema_version: Literal[1] = 1
    stack: str
    environment: str | None
    region: str | None
    commit: str | None
    error: str | None = None
    seconds: float


class PreviewRecord(StackRecord):
    """What a deployment is going to do.

    `differences` compares declared, planned and deployed by property, where they are not the same; `deployed` is
    None for a stack that was never deployed. `bundle` is the digest of the bundle, which `apply` asks for again.
    """

    kind: Literal["preview"] = "preview"
    outcome: PreviewOutcome
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    findings: tuple[Finding, ...] = ()
    declared: Hashes | None = None
    planned: Hashes | None = None
    deployed: Hashes | None = None
    differences: tuple[Difference, ...] = ()
    bundle: str | None = None


class ApplyRecord(StackRecord):
    """What a deployment did; `different` says that it ended well and left something else than was declared.

    `asked_cloud` tells whether the cloud was asked before the update; if not, what drifted in it is neither undone nor
    known.
    """

    kind: Literal["apply"] = "apply"
    outcome: ApplyOutcome
    asked_cloud: bool = False
    refusals: tuple[Refusal, ...] = ()
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    findings: tuple[Finding, ...] = ()
    declared: Hashes | None = None
    deployed: Hashes | None = None
    differences: tuple[Difference, ...] = ()
    bundle: str | None = None


class Ignored(Record):
    """Drift that a reviewed entry lets pass."""

    change: Change
    reason: str
    owner: str
    expires: str


class Expected(Record):
    """A difference of the cloud that is no drift, with its reason and with who says so."""

    change: Change
    reason: str
    source: str


class Advice(Record):
    """What to do about what drifted of one resource, all of it or some properties; `cause` where it is a known one.

    `undo` makes the cloud what the code says, `adopt` the code what the cloud is; each is None where it can't be.
    `accept` are entries of drift-ignores.yaml that let it pass for a while, one for each property.
    """

    urn: str
    properties: tuple[str, ...]
    cause: str | None
    undo: str | None
    adopt: str | None
    accept: tuple[str, ...]


class DriftRecord(StackRecord):
    """How far the cloud, the last deployment and the code are apart.

    `drifted` is what the cloud changed (before: deployed, after: live), with `advice` for each, and `expected` what it
    tells otherwise without having drifted; `checked_at` is when it was asked (UTC). `pending` is what the code wants
    otherwise than deployed (before: deployed, after: code). `findings` are the policies' word on what is live. The
    fingerprint is the same as long as the same properties have drifted to the same values.
    """

    kind: Literal["drift"] = "drift"
    verdict: DriftVerdict
    checked_at: str | None = None
    drifted: tuple[Change, ...] = ()
    advice: tuple[Advice, ...] = ()
    expected: tuple[Expected, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    stale_ignores: tuple[str, ...] = ()
    pending: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    declared: Hashes | None = None
    deployed: Hashes | None = None
    deployed_commit: str | None = None
    fingerprint: str | None = None


class DestroyRecord(StackRecord):
    """What a destroy did; `left` names what still exists."""

    kind: Literal["destroy"] = "destroy"
    outcome: DestroyOutcome
    refusals: tuple[Refusal, ...] = ()
    changes: tuple[Change, ...] = ()
    left: tuple[str, ...] = ()


AnyRecord = PreviewRecord | ApplyRecord | DriftRecord | DestroyRecord
_Kind = TypeVar("_Kind", bound=StackRecord)


def record_of(kind: type[_Kind], stack: Stack, root: Path, **fields: object) -> _Kind:
    """Return a record of that kind, of the stack and of the commit that is checked out, with its own fields."""
    settings = stack.settings
    return kind.model_validate(
        {
            "stack": stack.name,
            "environment": settings.environment if settings else None,
            "region": settings.region if settings else None,
            "commit": commit_of(root),
            "seconds": 0.0,
            **fields,
        }
    )


def timed(record: _Kind, started: float) -> _Kind:
    """Return the record with the seconds since `started`, a reading of the monotonic clock."""
    return record.model_copy(update={"seconds": round(time.monotonic() - started, 1)})


def written(record: StackRecord) -> str:
    """Return the record as JSON, the same text for the same record."""
    data = record.model_dump(mode="json", by_alias=True)
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_record(kind: type[_Kind], path: Path, shown: Path | None = None) -> _Kind:
    """Read a record of that kind; raise CouldNotRunError in one line, of the file `shown`, when it holds none."""
    return validated(kind, path, LARGEST_RECORD, shown)
