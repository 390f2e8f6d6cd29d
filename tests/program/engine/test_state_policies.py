"""The policies' word on an exported deployment, as the CLI prints it: recorded output, no CLI."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from policies.catalogue import RULES
from policies.limits import load_limits
from program.engine.pulumi_cli.process import Ran
from program.engine.state_policies import judge_deployment
from program.errors import CouldNotRunError
from program.offline.result import Finding
from program.offline.stacks import read_stacks
from program.project.definition import ROOT
from program.project.stackfile import SECRET_MARKER

STACK = "dev"
URN = f"urn:pulumi:{STACK}::parity::tap:stack:TapStack$tap:components"
CLUSTER = f"{URN}:Database$aws:rds/cluster:Cluster::database-cluster"
FUNCTION = f"{URN}:Lambda$aws:lambda/function:Function::lambda-app-function"
THE_STACK = f"urn:pulumi:{STACK}::parity::pulumi:pulumi:Stack::parity-{STACK}"
VIOLATED = "error: one or more mandatory policy violations were found\n"
DEPLOYMENT = '{"version": 3, "deployment": {}}'


def event(rule: str, level: str, urn: str, message: str) -> str:
    """Return a line as Pulumi 3.260 prints it."""
    versions = {"policyPackVersion": "1.0.0", "policyPackVersionTag": "1.0.0", "color": "", "severity": "low"}
    policy = {"policyName": rule, "policyPackName": "parity-guard", "enforcementLevel": level, **versions}
    return json.dumps({"sequence": 0, "policyEvent": {"resourceUrn": urn, "message": message, **policy}})


def not_run(rule: str, text: str) -> str:
    return f"can't run policy '{rule}' from policy pack 'parity-guard@v0.0.1' during preview: {text}"


SUMMARY = '{"sequence": 9, "summaryEvent": {"durationSeconds": 0, "isPreview": false, "result": "failed"}}'
SAID = "\n".join(
    (
        event(
            *("lambda-failure-path", "advisory", THE_STACK),
            not_run("lambda-failure-path", f"exempt: accepted: It is called synchronously.: has none <{FUNCTION}>"),
        ),
        event("rds-own-key", "advisory", CLUSTER, not_run("rds-own-key", "undecided: kmsKeyId is not known")),
        event(
            *("rds-encrypted", "mandatory", CLUSTER),
            "The database's storage is encrypted.\nstorageEncrypted is false; it must be true",
        ),
        event(
            *("exemptions", "mandatory", THE_STACK),
            "Every exemption is known and within its time.\nrds-encrypted for x in dev: nothing needs it",
        ),
        SUMMARY,
    )
)


@dataclass
class Recorded:
    """Stands for the CLI: gives what it is told to, and keeps what it was asked and the files that it was given."""

    ran: Ran
    asked: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, seconds: float) -> Ran:
        assert seconds > 0
        self.asked = list(arguments)
        for option in ("--file", "--policy-pack-config"):
            self.files[option] = Path(arguments[arguments.index(option) + 1]).read_text()
        return self.ran


def judged(cli: Recorded) -> tuple[Finding, ...]:
    limits = load_limits()
    (stack,) = read_stacks([STACK], limits, ROOT)
    config = {**stack.file.config, "parity:alarmEmail": SECRET_MARKER}
    stack = replace(stack, file=replace(stack.file, config=config))
    return judge_deployment(DEPLOYMENT, stack, limits, cli, {CLUSTER: "program/service/components/database.py:103"})


def test_every_word_of_the_policies_is_a_finding_what_blocks_first():
    findings = judged(Recorded(Ran(1, SAID, VIOLATED)))

    assert [(item.rule, item.level, item.outcome, item.resource, item.message) for item in findings] == [
        ("exemptions", "mandatory", "failed", None, "rds-encrypted for x in dev: nothing needs it"),
        ("rds-encrypted", "mandatory", "failed", CLUSTER, "storageEncrypted is false; it must be true"),
        ("lambda-failure-path", "advisory", "exempt", FUNCTION, "accepted: It is called synchronously.: has none"),
        ("rds-own-key", "advisory", "undecided", CLUSTER, "kmsKeyId is not known"),
    ]
    assert [item.source for item in findings] == [
        *(None, "program/service/components/database.py:103"),
        *(None, "program/service/components/database.py:103"),
    ]


def test_the_pack_is_told_the_deployment_and_all_that_a_preview_tells_it():
    cli = Recorded(Ran(0, SUMMARY, ""))

    assert judged(cli) == ()

    assert cli.asked[:4] == ["policy", "analyze", "--json", "--file"]
    assert cli.asked[cli.asked.index("--policy-pack") + 1] == "policies"
    assert cli.files["--file"] == DEPLOYMENT
    told = json.loads(cli.files["--policy-pack-config"])
    assert set(told) == {rule.id for rule in RULES}
    for policy in told.values():
        assert policy["environment"] == "dev"
        assert policy["enforcementLevel"] in ("mandatory", "advisory", "disabled")
        assert policy["configuration"]["parity:environmentSuffix"] == "main"
        assert policy["reportExempt"] is True
    assert SECRET_MARKER not in cli.files["--policy-pack-config"]


def test_a_deployment_of_nothing_has_nothing_to_judge():
    assert judged(Recorded(Ran(0, "", "File state.json has no resources; nothing to analyze.\n"))) == ()


def test_a_word_with_any_letter_in_it_is_read_whole():
    word = json.loads(event("rds-own-key", "advisory", CLUSTER, "one\u2028two\u0085three"))

    findings = judged(Recorded(Ran(0, json.dumps(word, ensure_ascii=False) + "\n" + SUMMARY, "")))

    assert {(finding.rule, finding.resource) for finding in findings} == {("rds-own-key", CLUSTER)}
    assert {part for finding in findings for part in finding.message.split()} == {"one", "two", "three"}


def test_a_word_that_cannot_be_read_is_no_judgement():
    with pytest.raises(CouldNotRunError, match=r"^the engine's event log can't be read"):
        judged(Recorded(Ran(0, f"panic: no\n{SUMMARY}\n", "")))


def test_secrets_that_cannot_be_decrypted_are_no_judgement():
    warning = "warning: could not decrypt secrets in state.json; analyzing with secret values redacted\n"

    with pytest.raises(CouldNotRunError, match=r"secrets of stack dev's state can't be decrypted.*PASSPHRASE"):
        judged(Recorded(Ran(0, SUMMARY, warning)))


def test_a_cli_that_fails_for_another_reason_is_no_judgement():
    failed = Ran(255, "", 'error: loading policy packs: policy pack "policies" failed to start\n')

    with pytest.raises(CouldNotRunError, match=r"can't judge what is deployed: pulumi failed.*failed to start"):
        judged(Recorded(failed))
