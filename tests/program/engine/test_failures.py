"""What the CLI says when it fails, in one line with what to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from program.engine.pulumi_cli.events import Diagnostic, read_events
from program.engine.pulumi_cli.failures import explained, explained_run
from program.engine.pulumi_cli.process import Ran

# What a real CLI or engine said, and how the line begins.
KNOWN = (
    (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
        "lock file with `pulumi cancel`.\n  file:///s/.pulumi/locks/a.json: created by me@host (pid 7) at 2026",
        "stack here is being updated by me@host (pid 7) since 2026; wait for it (--wait SECONDS), or, where",
    ),
    (
        "error: failed to load checkpoint: place 1: unexpected end of JSON input",
        "the state of stack here is cut off or damaged (place 1: unexpected end of JSON input); in its backend, put",
    ),
    (
        "error: failed to load checkpoint: unsupported checkpoint version 99",
        "the state of stack here was written by a newer Pulumi CLI (unsupported checkpoint version 99); install that",
    ),
    (
        "error: The Pulumi CLI encountered a snapshot integrity error. This is a bug!\n"
        "Error:  snapshot integrity failure; refusing to use it: resource urn:x refers to unknown provider y",
        "the state of stack here contradicts itself (resource urn:x refers to unknown provider y); `pulumi state",
    ),
    (
        "error: creating CloudWatch Logs Log Group (/aws/rds/cluster/dev-db-cluster-main/postgresql): operation error: "
        "CreateLogGroup, api error ResourceAlreadyExistsException: The specified log group already exists",
        "the log group /aws/rds/cluster/dev-db-cluster-main/postgresql is there already: RDS writes its last lines",
    ),
    (
        "error: reading ECR Images: couldn't find resource",
        "the registry of stack here's region doesn't hold the app's image: its stack file names a digest that was",
    ),
    (
        "error: api error DBClusterSnapshotAlreadyExistsFault: last",
        "the cluster's final snapshot of stack here has the name of one that an earlier destroy left; copy that one",
    ),
    (
        "error: deleting S3 Bucket (states): api error BucketNotEmpty: The bucket you tried to delete is not empty",
        "the bucket states of stack here got an object while it was emptied, and AWS deletes none that holds one; see",
    ),
    (
        "error: write /states/here.json: no space left on device",
        "there is no space left for the state of stack here (no space left on device); make some, then `./parity recov",
    ),
    (
        "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
        "the passphrase is not the one that stack here's secrets are encrypted with",
    ),
    (
        "error: getting stack configuration: get stack secrets manager: passphrase must be set with "
        "PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
        "stack here encrypts its secrets with a passphrase, and none is set; set PULUMI_CONFIG_PASSPHRASE",
    ),
    (
        'Preview failed: unknown stack "organization/networking-stack/here"',
        "the networking stack organization/networking-stack/here is not in this backend; deploy it first",
    ),
    ("error: no stack named 'here' found", "there is no stack here in this backend; check PULUMI_BACKEND_URL"),
    (
        "error: no resource plugin 'pulumi-resource-aws' found in the workspace",
        "a plugin can't be had (no resource plugin 'pulumi-resource-aws' found); install it where there is a network",
    ),
    (
        "error: could not find latest version for provider aws: 403",
        "a plugin can't be had (could not find latest version for provider aws: 403)",
    ),
    (
        'error: unable to open state directory "file:///nowhere/x": no such file or directory',
        'the backend can\'t be reached or read (unable to open state directory "file:///nowhere/x": no such',
    ),
    (
        'error: read ".pulumi/meta.yaml": blob (code=Unknown): get credentials: no EC2 IMDS role found',
        'the backend can\'t be reached or read (read ".pulumi/meta.yaml": blob (code=Unknown): get credentials',
    ),
    (
        "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
        "the backend can't be reached or read (PULUMI_ACCESS_TOKEN must be set for login",
    ),
)


def log(*messages, urn="", severity="error"):
    diagnostics = tuple(Diagnostic(urn=urn, severity=severity, message=message) for message in messages)
    return replace(read_events(Path("no log at all")), diagnostics=diagnostics)


@pytest.mark.parametrize(("text", "line"), KNOWN, ids=[line[:40] for _, line in KNOWN])
def test_a_known_failure_is_told_with_its_remedy_wherever_it_is_said(text, line):
    for found in (
        explained(Ran(255, "", text), "here"),
        explained(Ran(255, text, ""), "here"),
        explained_run(Ran(255, "", ""), log("something", text), "here"),
    ):
        assert found.startswith(line)
        assert "\n" not in found


def test_of_an_unknown_failure_the_last_error_is_told():
    ran = Ran(255, "", "error: first\nmore\n  error: second\n  line\nerror: update failed\n")

    assert explained(ran, "here") == "pulumi failed for stack here with exit code 255: second"


def test_a_cli_that_says_nothing_is_said_to():
    assert explained(Ran(-9, "", ""), "here") == "pulumi failed for stack here with exit code -9: it said nothing"


def test_a_long_error_is_cut():
    said = explained(Ran(1, "", f"error: {'x' * 1000}"), "here")

    assert said.endswith(f"{'x' * 400} ...")
    assert len(said) < 460


def test_of_a_run_the_resource_that_failed_is_named_and_how_many_more_there_are():
    urn = "urn:pulumi:here::parity::aws:rds/cluster:Cluster::database-cluster"

    said = explained_run(Ran(255, "", ""), log("AccessDenied: no", "another", "update failed", urn=urn), "here")

    assert said == "database-cluster: AccessDenied: no (and 1 more)"


def test_of_a_run_that_fails_as_a_whole_no_resource_is_named():
    urn = "urn:pulumi:here::parity::pulumi:pulumi:Stack::parity-here"

    assert explained_run(Ran(1, "", ""), log("ValueError: boom", urn=urn), "here") == "ValueError: boom"
    assert explained_run(Ran(1, "", ""), log("ValueError: boom"), "here") == "ValueError: boom"


def test_of_a_run_without_a_word_in_the_log_the_cli_speaks():
    for quiet in (log(), log("preview failed"), log("a warning", severity="warning")):
        assert explained_run(Ran(255, "", "error: the CLI's"), quiet, "here").endswith("exit code 255: the CLI's")
