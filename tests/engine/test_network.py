"""The network's own project with the real engine: made under the pack, carrying the service, taken down."""

import pytest

from policies import tokens
from program.project.definition import NETWORK
from tests.engine.harness import needs_pulumi, needs_the_double

pytestmark = [*needs_pulumi, needs_the_double]
STACK = "dev"
PACK = "../../policies"


@pytest.fixture
def network(engine):
    """Run the CLI for the network's stack, in the account and the cloud that the service's stack has too."""
    folder = engine.project / NETWORK.folder
    engine.must("stack", "init", STACK, folder=folder)

    def run(*arguments):
        with engine.provider(STACK):
            return engine.pulumi(*arguments, "--stack", STACK, folder=folder)

    return run


def must(result):
    assert result.code == 0, result.output
    assert "[mandatory]" not in result.output
    return result


def test_the_network_is_made_under_the_pack_and_stays_as_it_was_made(network):
    must(network("up", "--yes", "--policy-pack", PACK))

    must(network("preview", "--expect-no-changes", "--policy-pack", PACK))
    must(network("refresh", "--yes", "--expect-no-changes"))


def test_the_service_is_made_on_the_network_and_both_are_taken_down(engine, network):
    must(network("up", "--yes", "--skip-preview"))
    engine.must("stack", "init", STACK)
    with engine.provider(STACK) as cloud:
        must(engine.pulumi("up", "--yes", "--skip-preview", "--stack", STACK, "--policy-pack", "policies"))
        (cluster,) = cloud.read().resources[tokens.SUBNET_GROUP].values()
        subnets = cloud.read().resources[tokens.SUBNET]
        private = {id_ for id_, made in subnets.items() if "-private-" in made.properties["tags"]["Name"]}
        assert set(cluster.properties["subnetIds"]) == private
        must(engine.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK))

    must(network("destroy", "--yes", "--skip-preview"))
    left = {type_ for type_, made in engine.cloud_file(STACK).read().resources.items() if made}
    assert left <= {tokens.KEY, tokens.DEFAULT_SECURITY_GROUP}, "a key waits for its deletion; AWS keeps the group"


def test_what_the_pack_refuses_of_the_network_is_not_made(engine, network):
    subnets = engine.project / "program/network/components/subnets.py"
    subnets.write_text(subnets.read_text().replace("map_public_ip_on_launch=False", "map_public_ip_on_launch=True"))

    result = network("up", "--yes", "--policy-pack", PACK)

    assert result.code != 0
    assert "mapPublicIpOnLaunch is True; it must be false" in result.output
