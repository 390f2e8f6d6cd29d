"""What every rule says of every property that it reads, when the property is absent and when it is not known yet."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.view import Resource
from tests.policies.world import RULE_OF, Change, World, drop, unknown

GOLDEN = Path(__file__).parent / "golden" / "absent-and-unknown.txt"

# Read for its presence alone, or for what it depends on: a value that is there but not known decides as well.
_KEY = "Which key it is follows from what the value comes from."
DECIDED_ANYWAY: dict[str, str] = {
    "rds-own-key: kmsKeyId": _KEY,
    "rds-own-key: masterUserSecretKmsKeyId": _KEY,
    "rds-insights-own-key: performanceInsightsKmsKeyId": _KEY,
    "lambda-environment-own-key: kmsKeyArn": _KEY,
    "sm-own-key: kmsKeyId": _KEY,
    "log-own-key: kmsKeyId": _KEY,
    "sns-own-key: kmsMasterKeyId": _KEY,
    "rds-enhanced-monitoring: monitoringRoleArn": "That there is one is enough; whose it is own-parts says.",
    "lambda-not-public: sourceArn": "That it is bound is enough; to what, sm-rotation says.",
    "lambda-not-public: sourceAccount": "That it is bound is enough.",
    "alarm-missing-data: treatMissingData": "That something is said is enough.",
    "sg-ingress: referencedSecurityGroupId": "That a group is named is enough; whose it is own-values says.",
}


def reads(rule: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return (resource, property) of what the rule reads on the happy path, one resource of each kind."""
    seen: set[tuple[str, str]] = set()
    peek = Resource.peek
    with monkeypatch.context() as patched:
        patched.setattr(Resource, "peek", lambda self, path: (seen.add((self.name, path)), peek(self, path))[1])
        world = World()
        world.judge(rule)
    kinds: dict[tuple[str, object, str], tuple[str, str]] = {}
    for name, path in sorted(seen):
        resource = world.resources[name]
        if resource.peek(path) is not None:
            kinds.setdefault((resource.type, resource.peek("packageType"), path), (name, path))
    return sorted(kinds.values())


def said_of(rule: str, change: Change) -> list[str]:
    world = World()
    before = set(world.judge(rule))
    change(world)
    return [line for line in world.judge(rule) if line not in before] or ["passed"]


def outcomes(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str, str, list[str], list[str]]]:
    for rule in RULE_OF:
        for name, path in reads(rule, monkeypatch):
            yield rule, name, path, said_of(rule, drop(name, path)), said_of(rule, unknown(name, path))


def test_what_is_absent_or_unknown_is_judged_as_was_reviewed(monkeypatch):
    lines: list[str] = []
    for rule, name, path, absent, not_known in outcomes(monkeypatch):
        lines.append(f"{rule}: {name}.{path}")
        lines += [f"  absent:  {line}" for line in absent]
        lines += [f"  unknown: {line}" for line in not_known]
    text = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8"), "run: make golden, then review the diff"


def test_an_unknown_value_is_never_a_silent_pass(monkeypatch):
    silent = {f"{rule}: {path}" for rule, _, path, _, not_known in outcomes(monkeypatch) if not_known == ["passed"]}

    assert silent - set(DECIDED_ANYWAY) == set(), "let the rule read the value with get(), or say why it need not"
    assert set(DECIDED_ANYWAY) - silent == set(), "remove what is decided no more"
