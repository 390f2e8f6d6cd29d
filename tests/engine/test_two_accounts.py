"""One account more, as the runbook says: its foundation is made beside the first one, with its own states."""

from collections.abc import Iterator

import yaml

from program.offline.simulation import Cloud
from tests.engine.harness import needs_pulumi, needs_the_double
from tests.engine.test_bootstrap import (
    ACCOUNT,
    BUCKET,
    CLEAN,
    STACK,
    aws,
    make_what_the_double_makes_elsewhere,
    place,
    states,
)
from tests.program.cli.test_two_accounts import REGION, SECOND, add_the_second

__all__ = ["aws", "place"]
pytestmark = [*needs_pulumi, needs_the_double]
OTHER, ITS_BUCKET = "foundation/second", f"parity-state-{SECOND}"
ITS_CLOUD = Cloud(stack=OTHER, region=REGION, account=SECOND)


def bootstrap(engine, stack):
    done = engine.parity("bootstrap", stack, "--yes", seconds=500)
    assert done.code == CLEAN, done.output


def key_of(engine, stack: str) -> str:
    """Return the key that the stack's file names."""
    return str(yaml.safe_load((engine.project / "stacks" / stack).read_text()).get("secretsprovider"))


def in_github(contents) -> Iterator[tuple[str, str, str]]:
    """Yield what GitHub knows of the repository: each by type, by the environment that it is of, and by its name."""
    for type_, by_id in contents.resources.items():
        for existing in by_id.values() if type_.startswith("github:") else ():
            own = existing.properties
            yield type_, str(own.get("environment")), str(own.get("variableName", own.get("name")))


def previewed(engine, stack: str, region: str, account: str) -> None:
    """See that a network of the account can be previewed."""
    with engine.provider(stack, Cloud(stack=stack, region=region, account=account)):
        done = engine.parity("preview", stack)
    assert done.code == CLEAN, done.output
    assert f"{stack}: 27 to create" in done.stdout, done.output


def test_each_account_has_its_foundation_with_the_states_and_the_keys_of_its_own_stacks(place, aws, monkeypatch):
    engine, _ = place
    bootstrap(engine, STACK)
    first = engine.cloud_file(STACK).read()
    add_the_second(engine.project)

    monkeypatch.setenv("MOTO_ACCOUNT_ID", SECOND)
    make_what_the_double_makes_elsewhere(aws, ITS_BUCKET, "qa", ("qa",), REGION)
    with engine.provider(OTHER, ITS_CLOUD):
        bootstrap(engine, OTHER)

    assert states(aws, ITS_BUCKET) == {"foundation/second.json", "networking-stack/qa.json", "parity/qa.json"}
    assert not {name for name in states(aws) if "qa" in name or "second" in name}
    assert key_of(engine, "Pulumi.qa.yaml") == f"awskms://alias/qa-secrets-qa-key-main?region={REGION}"
    assert key_of(engine, "Pulumi.dev.yaml").startswith("awskms://alias/prod-secrets-dev-key-main?")
    assert engine.cloud_file(STACK).read() == first, "the first account has what it had"
    both = set(in_github(first)) & set(in_github(engine.cloud_file(OTHER).read()))
    assert not both, "GitHub has one repository, and the double one for each account"
    previewed(engine, "network/qa", REGION, SECOND)
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    previewed(engine, "network/dev", "us-east-2", ACCOUNT)
    assert "networking-stack/dev.json" in states(aws), BUCKET
