"""Two services made of this template live in one account, region, network and backend, and none touches the other."""

import pytest

from tests.engine.harness import STACK, Engine, make_engine, needs_pulumi, needs_the_double
from tests.program.cli.running import run

pytestmark = [*needs_pulumi, needs_the_double]
CLEAN = 0


@pytest.fixture
def services(tmp_path):
    """Return the example, and a second service that `init` made of it; both use one backend."""
    first, second = (tmp_path / name for name in ("first", "second"))
    first.mkdir(), second.mkdir()
    example, orders = make_engine(first), make_engine(second)
    owners = ("--owners", "@acme/orders", "--guard-owners", "@acme/guards")
    assert run("init", "--name", "orders", *owners, root=orders.project).returncode == CLEAN
    orders.environment["PULUMI_BACKEND_URL"] = example.environment["PULUMI_BACKEND_URL"]
    return example, orders


def deploy(service: Engine) -> None:
    service.must("stack", "init", STACK)
    done = service.pulumi("up", "--yes", "--skip-preview", "--policy-pack", "policies", "--stack", STACK, seconds=300)
    assert done.code == CLEAN, f"the second service can't be deployed beside the first:\n{done.output}"


def test_both_are_deployed_stay_as_they_are_and_one_goes_without_the_other(services):
    example, orders = services
    cloud = example.cloud_file(STACK)
    example.make_network(STACK)
    with example.provider(STACK, file=cloud):
        deploy(example)
        alone = {(type_, id_) for type_, found in cloud.read().resources.items() for id_ in found}
    with orders.provider(STACK, file=cloud):
        deploy(orders)
        both = {(type_, id_) for type_, found in cloud.read().resources.items() for id_ in found}
        assert alone < both
        assert len(both) == 2 * len(alone), "a resource of the second service took the place of one of the first"
    with example.provider(STACK, file=cloud):
        untouched = example.pulumi("refresh", "--preview-only", "--expect-no-changes", "--stack", STACK)
        assert untouched.code == CLEAN, f"the second service changed something of the first:\n{untouched.output}"
        example.must("destroy", "--yes", "--skip-preview", "--stack", STACK)
        left = {(type_, id_) for type_, found in cloud.read().resources.items() for id_ in found}
    assert left == both - alone, "what one service destroys is its own, and all of it"
