"""Checks and records as the reports get them: what a pull request, a deployment and a night bring."""

import dataclasses

from program.engine.records import (
    Advice,
    ApplyRecord,
    Change,
    DestroyRecord,
    DriftRecord,
    Expected,
    Hashes,
    Ignored,
    PreviewRecord,
    PropertyChange,
    Refusal,
)
from program.manifest.differences import Difference
from program.offline.guard.change import GuardChange
from program.offline.guard.declared import DeclaredChange
from program.offline.guard.result import Guarded
from program.offline.guard.reviewed import ReviewedProblem
from program.report.content.assembly import assemble as put_together
from program.report.content.links import Links
from tests.program.report.results import CLUSTER, DECLARED, FUNCTION, REGIONS, SOURCES, TOPIC, finding, result, urn
from tests.program.report.results import accepted as accepted_finding
from tests.program.report.results import stack as bare_stack

REPOSITORY = "https://github.example/octo/parity"
RUN = "https://github.example/octo/parity/actions/runs/77"
COMMIT = "0c5f8d1e2a3b4c5d6e7f8091a2b3c4d5e6f70819"
STACKS = tuple(REGIONS)
NOW_DECLARED, PLANNED, BEFORE = "5f1c9a", "5f1c9a", "b07d42"


def assemble(*given, **options):
    """Put the report together as a runner does: with links at the commit, and a time."""
    report = put_together(*given, **options)
    if report.run is None:
        return report
    links = Links(repository=REPOSITORY, commit=report.commit or COMMIT)
    return dataclasses.replace(report, links=links, time="2026-11-26 10:31 UTC")


def hashes(start, *, unknowns=0):
    full = (start * 11)[:64]
    return Hashes(
        config_hash=("c" + full)[:64],
        baseline_hash=("ba" + full)[:64],
        resources_hash=None if unknowns else full,
        unknowns=unknowns,
    )


def checked_stack(name, *findings):
    known = hashes(NOW_DECLARED)
    manifest = {
        "schemaVersion": 1,
        "configHash": known.config_hash,
        "baselineHash": known.baseline_hash,
        "resourcesHash": known.resources_hash,
    }
    return dataclasses.replace(bare_stack(name, *findings), manifest=manifest)


def clean():
    return result(*(checked_stack(name, accepted_finding(name)) for name in REGIONS), differences=DECLARED)


def change(kind, operation, *properties, stack="prod", stateful=None):
    return Change(
        urn=urn(stack, kind),
        type=kind[1],
        name=kind[2],
        operation=operation,
        stateful=kind == CLUSTER if stateful is None else stateful,
        source=SOURCES.get(kind),
        properties=properties,
    )


def prop(path, before, after, *, replaces=False):
    return PropertyChange(path=path, before=before, after=after, replaces=replaces)


def apart(kind, path, **values):
    return Difference(resource=f"{kind[1]}::{kind[2]}", property=path, values=values, declared=False)


def preview(stack="prod", *changes, outcome="clean", **more):
    known = {} if outcome == "failed" else {"declared": hashes(NOW_DECLARED), "planned": hashes(PLANNED)}
    known |= (
        {} if outcome == "failed" else {"deployed": hashes(BEFORE if changes else NOW_DECLARED), "bundle": "d" * 64}
    )
    return PreviewRecord(
        stack=stack,
        environment=stack if stack in REGIONS else "dev",
        region=REGIONS.get(stack, "us-east-2"),
        commit=COMMIT,
        seconds=41.2,
        outcome=outcome,
        changes=changes,
        unchanged=50 - len(changes),
        **(known | more),
    )


def apply(stack="pr-7", *changes, outcome="applied", **more):
    return ApplyRecord(
        stack=stack,
        environment="dev",
        region="us-east-2",
        commit=COMMIT,
        seconds=612.7,
        outcome=outcome,
        changes=changes,
        **({"declared": hashes(NOW_DECLARED), "deployed": hashes(NOW_DECLARED)} | more),
    )


def drift(stack="prod", verdict="drifted", *changes, **more):
    return DriftRecord(
        stack=stack,
        environment=stack,
        region=REGIONS.get(stack, "us-east-2"),
        commit=COMMIT,
        seconds=33.0,
        verdict=verdict,
        drifted=changes,
        fingerprint="f" * 64 if changes else None,
        **({"declared": hashes(NOW_DECLARED), "deployed": hashes(NOW_DECLARED)} | more),
    )


def advice(kind, *paths, stack="prod", cause=None, undo=None, adopt=None, accept=()):
    return Advice(urn=urn(stack, kind), properties=paths, cause=cause, undo=undo, adopt=adopt, accept=accept)


def advised():
    """Return advice of every kind: a command, a sentence, with a cause and without, entries, and nothing to undo."""
    deploy = "./parity preview prod --bundle build/prod --refresh; ..."
    entry = '- {environment: prod, type: "aws:lambda/*", name: lambda-app-function, property: "memorySize"}'
    return (
        advice(
            *(FUNCTION, "memorySize"),
            undo=deploy,
            adopt="parity:lambdaMemory: 1024 in stacks/Pulumi.prod.yaml:8",
            accept=(entry,),
        ),
        advice(
            *(CLUSTER, "engineVersion", "x|`y`"),
            cause="AWS, or @somebody, upgraded the engine to 15.18.",
            adopt="raise the version in all stacks",
        ),
        advice(TOPIC, undo="aws sns unsubscribe --subscription-arn arn:aws:sns:us-east-1:1:t:1 --region us-east-1"),
    )


def expected():
    """Return what the cloud tells otherwise without having drifted: an update, and a resource that is gone."""
    return (
        Expected(
            change=change(CLUSTER, "update", prop("performanceInsightsEnabled", None, True)),
            reason="The instances set it; the cluster repeats what they have.",
            source="hashicorp/terraform-provider-aws#40697",
        ),
        Expected(change=change(TOPIC, "delete"), reason="It has ended, and is not put again.", source="user guide"),
    )


def destroy(stack="pr-7", outcome="destroyed", **more):
    return DestroyRecord(
        stack=stack, environment="dev", region="us-east-2", commit=COMMIT, seconds=300.0, outcome=outcome, **more
    )


MEMORY = (prop("memorySize", 1024, 2048), prop('environment.variables["LOG_LEVEL"]', "info", "debug"))
MEMORY_APART = (
    apart(FUNCTION, "memorySize", deployed=1024, planned=2048, declared=2048),
    apart(FUNCTION, 'environment.variables["LOG_LEVEL"]', deployed="info", planned="debug", declared="debug"),
)


def opened():
    """A pull request that gives every function more memory and production a subscription, with a review stack."""
    subscription = change(TOPIC, "create", prop("displayName", None, "alarms"))
    return assemble(
        clean(),
        [
            preview("dev", change(FUNCTION, "update", *MEMORY), differences=MEMORY_APART),
            preview("staging", change(FUNCTION, "update", *MEMORY), differences=MEMORY_APART),
            preview("prod", subscription, change(FUNCTION, "update", *MEMORY), differences=MEMORY_APART),
            apply("pr-7", *(change(kind, "create", stack="pr-7") for kind in SOURCES)),
        ],
        expected=(*STACKS, "pr-7"),
        run=RUN,
    )


def unchanged():
    """A pull request that changes documents only."""
    return assemble(clean(), [preview(name) for name in STACKS], run=RUN)


def failing_by_policy():
    """A pull request that opens the database's port to the world in one stack, and lets the stacks differ."""
    found = finding("rds-encrypted", "storageEncrypted is false; it must be true", stack="prod", kind=CLUSTER)
    undecided = finding(
        "iam-no-wildcards",
        "policy is not known before the deployment",
        stack="staging",
        kind=FUNCTION,
        outcome="undecided",
    )
    advice = finding("sns-subscribed", "has no subscription in this stack", stack="dev", kind=TOPIC, level="advisory")
    differences = (
        *DECLARED,
        Difference(
            resource=f"{CLUSTER[1]}::{CLUSTER[2]}",
            property="storageEncrypted",
            values={"dev": True, "prod": False, "staging": True},
            declared=False,
        ),
    )
    stacks = [checked_stack(name, accepted_finding(name)) for name in STACKS]
    stacks[2] = dataclasses.replace(stacks[2], findings=(*stacks[2].findings, found))
    stacks[0] = dataclasses.replace(stacks[0], findings=(*stacks[0].findings, advice))
    encrypted = change(CLUSTER, "replace", prop("storageEncrypted", True, False, replaces=True))
    return assemble(
        result(*stacks, differences=differences, stale=["aws:sns/topic:Topic monitoring-*: property displayName"]),
        [
            preview("dev"),
            preview("prod", encrypted, outcome="blocked", findings=(found,)),
            preview("staging", outcome="blocked", findings=(undecided,)),
        ],
        run=RUN,
    )


def failing_by_program():
    """A preview whose program stops, one that left no record, and an apply that was refused."""
    refusal = Refusal(
        code="state-moved",
        expected="9d3f0c11a2",
        found="77ab01fe03",
        fix="Somebody deployed pr-7 since the preview: preview it again, then apply the new bundle.",
    )
    return assemble(
        clean(),
        [
            preview("dev"),
            preview(
                "prod",
                outcome="failed",
                error="program/service/stack.py:41: KeyError: 'vpcCidr' (the networking stack lacks it)",
            ),
            apply("pr-7", outcome="refused", refusals=(refusal,), declared=None, deployed=None),
        ],
        expected=(*STACKS, "pr-7"),
        run=RUN,
        notes=[
            "drift.yml last succeeded on main 75 hours ago (2026-11-22 04:17 UTC):"
            " a stack has drifted since, or nobody looked. See its runs."
        ],
    )


def replaced_cluster():
    """A pull request that renames the cluster: everything in it is lost."""
    replaced = change(
        CLUSTER,
        "replace",
        prop("clusterIdentifier", "prod-app-aurora-a1", "prod-app-aurora-b2", replaces=True),
        prop("masterUserSecret", "${secret}", "${unknown}"),
        prop("preferredBackupWindow", "03:00-04:00", None),
    )
    follows = change(FUNCTION, "update", prop('environment.variables["DB_ENDPOINT"]', "old.example", "${unknown}"))
    return assemble(
        clean(),
        [preview("dev"), preview("prod", replaced, follows, planned=hashes(PLANNED, unknowns=2)), preview("staging")],
        run=RUN,
    )


def many(stacks=200, resources=60):
    """As many stacks, each with changes of its own: more than any comment holds."""
    names = [f"region-{index:03}" for index in range(stacks)]
    records = []
    for stack in names:
        changes = tuple(
            Change(
                urn=urn(stack, ("Lambda", FUNCTION[1], f"lambda-{index}")),
                type=FUNCTION[1],
                name=f"lambda-{index}-function",
                operation="update",
                stateful=False,
                source=SOURCES[FUNCTION],
                properties=(prop("memorySize", 1024, 2048), prop("description", f"{stack} before", f"{stack} after")),
            )
            for index in range(resources)
        )
        records.append(preview(stack, *changes))
    return assemble(result(*(checked_stack(name, accepted_finding("dev")) for name in names)), records, run=RUN)


def guarded(**more):
    """Return what a change does to its guard: it widens a limit, plants an exemption, takes a rule away."""
    given = {
        "base": COMMIT,
        "changes": (
            GuardChange(
                effect="weakens",
                kind="limit widened",
                file="policies/environments.yaml",
                line=76,
                text="environments.prod.lambdaMemory has 8192 too; it had 4096",
                fails=("stack-settings: prod: parity:lambdaMemory is 8192; prod allows 4096",),
            ),
            GuardChange(
                effect="weakens",
                kind="rule removed",
                file="policies/rules/database.py",
                line=1,
                text="rule rds-encrypted is gone",
                fails=("rds-encrypted: database-cluster in prod: storageEncrypted is false; it must be true",),
            ),
            GuardChange(
                effect="changes",
                kind="workflow changed",
                file=".github/workflows/pull-request.yml",
                line=247,
                text=".github/workflows/pull-request.yml is changed",
            ),
            GuardChange(
                effect="narrows",
                kind="rule added",
                file="policies/rules/queue.py",
                line=12,
                text="rule queue-encrypted is new",
            ),
        ),
        "declared": (
            DeclaredChange(
                resource="configuration", property="lambda.memory", before=4096, after=8192, stacks=("prod",)
            ),
            DeclaredChange(
                resource="aws:sqs/queue:Queue::jobs",
                property="(resource)",
                before=None,
                after="present",
                stacks=STACKS,
            ),
        ),
        "problems": (),
    }
    return Guarded(**given | more)


def weakened():
    """Return the report of a pull request that weakens its guard."""
    return assemble(dataclasses.replace(clean(), guarded=guarded()), [preview(stack) for stack in STACKS], run=RUN)


def broken_files():
    """Return the report of a pull request whose reviewed files would stop main, judged where there is no guard."""
    problem = ReviewedProblem("policies/drift-ignores.yaml", 9, "ignores.0.owner is missing")
    note = "the base has no guard yet: the change was judged by its own code, which nobody has reviewed"
    broken = guarded(changes=(), declared=(), problems=(problem,), note=note)
    return assemble(dataclasses.replace(clean(), guarded=broken), [], run=RUN)


def ignored():
    return Ignored(
        change=change(TOPIC, "update", prop("displayName", "alarms", "Alarms!")),
        reason="The operators name the topic.",
        owner="ops",
        expires="2027-01-31",
    )


REPORTS = {
    "guard-weakened": weakened,
    "guard-broken-files": broken_files,
    "opened": opened,
    "unchanged": unchanged,
    "failing-by-policy": failing_by_policy,
    "failing-by-program": failing_by_program,
    "replaced-cluster": replaced_cluster,
    "many-stacks": many,
}
