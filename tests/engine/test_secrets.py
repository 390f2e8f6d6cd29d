"""A setting that the stack file keeps encrypted is in no file and no line that any command leaves."""

import json

from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, drift, preview

pytestmark = [*needs_pulumi, needs_the_double]

ADDRESS = "ops@secret.example"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription::monitoring-email"
HASHES = ("declared", "planned", "deployed")


def deploy_with_address(engine, *options):
    """Deploy with the address as `config set` writes it; return the records by command, and all that was left."""
    said, records = {}, {}
    engine.make_network(STACK)
    engine.must("stack", "init", STACK)
    engine.must("config", "set", "alarmEmail", ADDRESS, "--stack", STACK, *options)
    with engine.provider(STACK):
        said["preview"], records["preview"], first = preview(engine, STACK)
        said["apply"], records["apply"] = apply(engine, STACK, first)
        said["second preview"], records["second preview"], second = preview(engine, STACK, "second")
        said["drift"], records["drift"] = drift(engine, STACK)
    left = {
        str(file.relative_to(engine.folder)): file.read_text()
        for folder in (first, second)
        for file in folder.iterdir()
    }
    for command, result in said.items():
        left |= {f"stdout of {command}": result.stdout, f"stderr of {command}": result.stderr}
    exported = engine.must("stack", "export", "--stack", STACK).stdout
    return records, left | {"the exported state": exported}


def endpoints(left):
    """Return the subscription's endpoint in each manifest that the bundles hold."""
    manifests = {name: text for name, text in left.items() if name.endswith(("ed.json",)) and "applied" not in name}
    return {name: json.loads(text)["resources"][SUBSCRIPTION]["inputs"]["endpoint"] for name, text in manifests.items()}


def places(left):
    return {name for name, text in left.items() if ADDRESS in text}


def test_an_encrypted_address_is_deployed_and_found_unchanged_and_shown_nowhere(engine):
    records, left = deploy_with_address(engine, "--secret")

    assert [records[command]["outcome"] for command in ("preview", "apply", "second preview")] == [
        "clean",
        "applied",
        "clean",
    ], records
    assert records["drift"]["verdict"] == "clean"
    assert [record.get("differences", record.get("pending")) for record in records.values()] == [[], [], [], []]
    assert records["second preview"]["changes"] == []
    assert len({records["second preview"][source]["resourcesHash"] for source in HASHES}) == 1
    assert places(left) == set()
    assert set(endpoints(left).values()) == {"${secret}"}
    with engine.provider(STACK) as cloud:
        assert cloud.properties("monitoring-email")["endpoint"] == ADDRESS


def test_a_plain_address_is_where_an_encrypted_one_is_not(engine):
    records, left = deploy_with_address(engine)

    assert records["drift"]["verdict"] == "clean"
    assert set(endpoints(left).values()) == {ADDRESS}
    # That the search finds what it looks for, in all that could hold a secret.
    files = {"plan.json", "preview.json", "events.jsonl", "declared.json", "planned.json", "record.json"}
    assert {f"bundle-{STACK}/{file}" for file in (*files, "deployed.json")} <= places(left)
    assert "the exported state" in places(left)
