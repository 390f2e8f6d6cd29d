"""A stack that is to be another copy than is deployed is not clean, though the manifests of both are the same."""

from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import drift
from tests.program.cli.running import change

pytestmark = [*needs_pulumi, needs_the_double]


def test_a_changed_suffix_is_undeployed_and_named(deployed):
    change(deployed.project, f"stacks/Pulumi.{STACK}.yaml", "environmentSuffix: main", "environmentSuffix: other")
    with deployed.provider(STACK):
        result, found = drift(deployed, STACK)

    assert (result.code, found["verdict"], found["drifted"]) == (1, "undeployed", []), result.output
    assert found["pending"] == [
        {
            "resource": "configuration",
            "property": "environmentSuffix",
            "values": {"declared": "other", "deployed": "main"},
            "declared": False,
        }
    ]
    assert found["declared"] == found["deployed"], "the manifests tell it now: place_differences may say it twice"
