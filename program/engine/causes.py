"""Known causes of drift: what AWS does by itself, and what people do by hand, with the way out that works for each."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies import tokens
from program.engine.changes import top
from program.engine.group_rules import GroupRule, told_rules
from program.engine.pulumi_cli.checkpoint import State
from program.engine.records import Change, PropertyChange
from program.engine.versions import is_higher
from program.manifest.canonical import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why these properties drifted, where it is known: a sentence, and what to do.

    `undo` and `adopt` are None where the ordinary way works, empty where there is no way.
    """

    properties: tuple[str, ...]
    text: str
    undo: str | None = None
    adopt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One resource that drifted: the change, what was deployed, what is live, and the region that AWS's CLI needs."""

    change: Change
    state: State
    live: JsonObject
    region: str

    def aws(self, *words: str) -> str:
        """Return a command of the AWS CLI in the stack's region."""
        return shlex.join(("aws", *words, "--region", self.region))

    def rules(self, direction: str) -> Iterator[GroupRule]:
        """Yield the rules of a group as they are live."""
        return told_rules(self.live.get(direction), self.state.id)

    def named(self, name: str) -> list[PropertyChange]:
        """Return the properties that begin with the name."""
        return [item for item in self.change.properties if top(item.path) == name]


def causes_of(drift: Drift) -> Iterator[Cause]:
    """Yield the known causes of the resource's drift."""
    for type_, cause in _CAUSES:
        if drift.change.type == type_:
            yield from cause(drift)


def _rules_by_hand(drift: Drift) -> Iterator[Cause]:
    for direction in ("ingress", "egress"):
        if found := drift.named(direction):
            rules = {str(rule): rule for rule in drift.rules(direction)}
            revoke = ("ec2", f"revoke-security-group-{direction}", "--group-id", drift.state.id, "--ip-permissions")
            yield Cause(
                properties=tuple(item.path for item in found),
                text="Somebody added rules to the group by hand; no deployment removes them, as no resource is them.",
                undo="; ".join(drift.aws(*revoke, rules[str(item.after)].permission) for item in found),
                adopt="make each rule a resource of the program, as the group's other rules are",
            )


def _attached(drift: Drift) -> Iterator[Cause]:
    found = drift.named("managedPolicyArns")
    text = "Somebody attached managed policies to the role by hand; no deployment detaches them."
    return _of_role(drift, found, ("detach-role-policy", "--policy-arn"), [str(item.after) for item in found], text)


def _inline(drift: Drift) -> Iterator[Cause]:
    found = drift.named("inlinePolicies")
    names = [item.path.partition("[")[2].rstrip("]") for item in found]
    text = "Somebody gave the role policies of its own by hand; no deployment deletes them."
    return _of_role(drift, found, ("delete-role-policy", "--policy-name"), names, text)


def _of_role(
    drift: Drift, found: Sequence[PropertyChange], call: tuple[str, str], policies: Iterable[str], text: str
) -> Iterator[Cause]:
    """Yield that the role has policies by hand; `call` is what takes one off, and the option that names it."""
    operation, option = call
    words = ("aws", "iam", operation, "--role-name", drift.state.id, option)
    if found:
        yield Cause(
            properties=tuple(item.path for item in found),
            text=text,
            undo="; ".join(shlex.join((*words, policy)) for policy in policies),
            adopt="write the statements that the role needs into its policy in the program",
        )


def _code(drift: Drift) -> Iterator[Cause]:
    if found := drift.named("codeSha256"):
        name = str(drift.state.outputs.get("name", drift.state.id))
        image = drift.state.inputs.get("imageUri")
        package = ("--image-uri", str(image)) if image else ("--zip-file", "fileb://build/rotation.zip")
        upload = drift.aws("lambda", "update-function-code", "--function-name", name, *package)
        yield Cause(
            properties=tuple(item.path for item in found),
            text="The function runs other code than was deployed.",
            undo=upload if image else f"./parity package; {upload}",
            adopt="",
        )


def _upgraded(drift: Drift) -> Iterator[Cause]:
    found = [*drift.named("engineVersion"), *drift.named("engineVersionActual")]
    raised = [item for item in found if is_higher(item.after, item.before)]
    if raised:
        version = raised[0].after
        yield Cause(
            properties=tuple(item.path for item in raised),
            text=f"AWS, or somebody, upgraded the engine to {version}; AWS takes no cluster back to a lower version.",
            undo="",
            adopt=(
                f'raise the version in all stacks: databaseEngineVersion: "{version}" in Pulumi.yaml or every '
                f"stack file, and {version} among databaseEngine.supported in policies/environments.yaml"
            ),
        )


def _master_secret(drift: Drift) -> Iterator[Cause]:
    found = [item for item in drift.named("masterUserSecrets") if item.path.endswith("secretArn")]
    if found:
        yield Cause(
            properties=tuple(item.path for item in found),
            text=(
                "RDS made the master credential anew, as when its management is switched off and on; the rotation's "
                "policy and variables still name the old one."
            ),
        )


def _more_instances(drift: Drift) -> Iterator[Cause]:
    if found := drift.named("clusterMembers"):
        names = [str(item.after) for item in found]
        delete = ("rds", "delete-db-instance", "--db-instance-identifier")
        yield Cause(
            properties=tuple(item.path for item in found),
            text="Somebody added instances to the cluster by hand; no deployment removes them.",
            undo="; ".join(drift.aws(*delete, name) for name in names),
        )


def _unconfirmed(drift: Drift) -> Iterator[Cause]:
    waits = drift.state.outputs.get("pendingConfirmation") is True
    if drift.change.operation == "delete" and drift.state.inputs.get("protocol") == "email" and waits:
        yield Cause(
            properties=(),
            text="Nobody confirmed the subscription by the link in its mail; AWS drops it then, after two days.",
        )


def _made_again(drift: Drift) -> Iterator[Cause]:
    lost = {top(item.path) for item in drift.change.properties if not item.after}
    if "retentionInDays" in lost and ("kmsKeyId" in lost or "kmsKeyId" not in drift.state.inputs):
        yield Cause(
            properties=tuple(item.path for item in drift.change.properties),
            text=(
                "The group was deleted and made again by its service, as RDS and Lambda do when they write to one that "
                "is gone: it is kept for ever now, and without the key."
            ),
        )


_CAUSES: tuple[tuple[str, Callable[[Drift], Iterator[Cause]]], ...] = (
    (tokens.CLUSTER, _master_secret),
    (tokens.CLUSTER, _more_instances),
    (tokens.CLUSTER, _upgraded),
    (tokens.CLUSTER_INSTANCE, _upgraded),
    (tokens.FUNCTION, _code),
    (tokens.LOG_GROUP, _made_again),
    (tokens.ROLE, _attached),
    (tokens.ROLE, _inline),
    (tokens.SECURITY_GROUP, _rules_by_hand),
    (tokens.SUBSCRIPTION, _unconfirmed),
)
