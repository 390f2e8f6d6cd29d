"""What is said of a rule beside a finding: its title, why it is there, how to mend what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from policies.catalogue import RULES
from policies.rule import Severity
from program.engine.rules import (
    BOOTSTRAP_AGAIN,
    DRIFT_LEFT,
    ENGINE_LOWERED,
    ENGINE_MAJOR,
    OTHER_NAME,
    REPLACED_IN_USE,
    STACK_MOVED,
)
from program.offline.result import PROGRAM_RULE
from program.offline.stacks import SETTINGS_RULE

# The comparison's own: no policy can see two stacks.
PARITY_RULE = "parity"
STALE_RULE = "stale-difference"
# What a change does to its guard, and to the files that are reviewed.
GUARD_RULE = "guard"
REVIEWED_RULE = "reviewed-file"
# The report's own: what no policy and no comparison says.
STEP_RULE = "deployment-step"
DATA_RULE = "data-loss"
LIMITS = "policies/environments.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paperwork:
    """One rule, in words."""

    title: str
    why: str
    fix: str
    severity: Severity


_OWN: Mapping[str, Paperwork] = {
    SETTINGS_RULE: Paperwork(
        title="A stack file must ask for what its environment allows.",
        why="A stack whose settings are refused has no resources that could be judged or compared.",
        fix=f"Mend the stack file; or, where the limit itself is wrong, change {LIMITS}.",
        severity="high",
    ),
    PROGRAM_RULE: Paperwork(
        title="The program must run to its end.",
        why="A program that stops has no resources that could be judged or compared.",
        fix="Mend the program at the line named.",
        severity="high",
    ),
    PARITY_RULE: Paperwork(
        title="The stacks must match, except for declared differences.",
        why="What was tested in one environment is what runs in the next only as long as the two are alike.",
        fix=f"Make the stacks equal, or declare the difference in {LIMITS}, with its reason.",
        severity="high",
    ),
    STALE_RULE: Paperwork(
        title="Every declared difference must be one that the stacks have.",
        why="A declaration that nothing needs would hide the next difference at that place.",
        fix=f"Remove the declaration from {LIMITS}.",
        severity="medium",
    ),
    GUARD_RULE: Paperwork(
        title="A change must leave its own guard as it is.",
        why="A change that weakens what judges it is judged by less than the next one is.",
        fix="Read it as a change of the guard; its owners decide.",
        severity="high",
    ),
    REVIEWED_RULE: Paperwork(
        title="Every reviewed file must be readable.",
        why="A file that can't be used stops the check of main, and of every other change, once it is merged.",
        fix="Mend the file at the line named.",
        severity="high",
    ),
    REPLACED_IN_USE: Paperwork(
        title="What is in use must not be replaced under its name.",
        why="AWS refuses to delete it, in the middle of the update, after what stands on it is gone.",
        fix="Keep the property that forces it as it was; or name the resource anew: the new one is made first then.",
        severity="high",
    ),
    ENGINE_LOWERED: Paperwork(
        title="The database's engine must not go to a lower version.",
        why="AWS refuses it, and the update stops half-way.",
        fix="Raise databaseEngineVersion in all stacks to what runs; an older one takes a new stack and a dump.",
        severity="high",
    ),
    ENGINE_MAJOR: Paperwork(
        title="A new major version of the engine must be allowed by name.",
        why="It takes the database down for minutes, and nobody can go back.",
        fix=f"Set databaseEngine.majorUpgrade: true in {LIMITS} in the same change, and false in the next.",
        severity="high",
    ),
    STACK_MOVED: Paperwork(
        title="A deployed stack must stay where it is.",
        why="AWS moves neither a database nor its groups; the update would delete before it fails.",
        fix=(
            "Make a second stack there, with another environmentSuffix; restore a snapshot into it, move the readers, "
            "then destroy this one."
        ),
        severity="high",
    ),
    OTHER_NAME: Paperwork(
        title="What is planned must have the names that are declared.",
        why="Under another name it is another resource: all is made anew, and the old stack is deleted.",
        fix="Quote the value in the stack file that Pulumi reads otherwise; see that both have the same environment.",
        severity="high",
    ),
    BOOTSTRAP_AGAIN: Paperwork(
        title="The secret's first version must be put once.",
        why="Put again, it takes the place of the version that has the password.",
        fix=(
            "Give the state what it lacks: pulumi import aws:secretsmanager/secretVersion:SecretVersion "
            "secrets-bootstrap '<secret ARN>|<version id>'. Nothing is put then."
        ),
        severity="critical",
    ),
    DRIFT_LEFT: Paperwork(
        title="What has drifted is undone, or known.",
        why="No input tells of it, so that no deployment undoes it; after a refresh it is what was deployed.",
        fix="Run drift, which says how to undo each; then preview again.",
        severity="high",
    ),
    STEP_RULE: Paperwork(
        title="Every step of a deployment must succeed.",
        why="What a step that stopped was to show, or to change, is not known.",
        fix="Read why it stopped, mend that, and run it again.",
        severity="high",
    ),
    DATA_RULE: Paperwork(
        title="A resource that holds data must stay.",
        why="What is deleted or replaced takes its data with it.",
        fix="Keep the property that forces it as it was, or save the data first.",
        severity="high",
    ),
}


@cache
def known_rules() -> tuple[str, ...]:
    """Return the ids of all rules, sorted: the pack's, and those that no policy can judge."""
    return tuple(sorted({*_OWN, *(rule.id for rule in RULES)}))


@cache
def paperwork(rule: str) -> Paperwork:
    """Return the rule's paperwork; a rule that nobody knows has its id alone."""
    if rule in _OWN:
        return _OWN[rule]
    for known in RULES:
        if known.id == rule:
            return Paperwork(title=known.title, why=known.why, fix=known.fix, severity=known.severity)
    return Paperwork(title=rule, why="", fix="", severity="medium")


def remedy(rule: str, outcome: str) -> str:
    """Return what to do about the outcome: of a rule that crashed, the rule itself is to be mended."""
    if outcome == "error" and rule not in _OWN:
        return "Mend the rule in policies/rules: it crashed, so what it judges is not known."
    return paperwork(rule).fix
