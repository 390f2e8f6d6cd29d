"""A push to main goes from stage to stage, networks first, and stops where the state is no longer what was approved."""

import json

from policies import tokens
from tests.engine.harness import needs_pulumi, needs_the_double
from tests.workflows import golden
from tests.workflows.acting import needs_act
from tests.workflows.world import a_world

pytestmark = [*needs_act, *needs_pulumi, needs_the_double]

MOVED = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2024-01-01T00:00:00Z", "magic": "", "version": ""},
        "resources": [
            {
                "urn": "urn:pulumi:staging::parity::pulumi:pulumi:Stack::parity-staging",
                "custom": False,
                "type": "pulumi:pulumi:Stack",
                "outputs": {"environmentName": "somebody was here"},
            }
        ],
    },
}
# What happens while the second stage waits for its approval.
HOOK = """\
#!/bin/sh
if [ "$1 $2" = "apply staging" ]; then
  pulumi stack import --non-interactive --stack staging --file "$STANDIN_ARTIFACTS/moved.json"
fi
"""


def test_a_network_then_its_service_and_a_state_that_moves_while_a_stage_waits_stops_the_promotion_there(tmp_path):
    with a_world(tmp_path, networks=("dev",)) as world:
        repository = world.repository
        (repository.notes / "moved.json").write_text(json.dumps(MOVED))
        hook = repository.notes / "hook"
        hook.write_text(HOOK)
        hook.chmod(0o755)

        run = world.act("push", "deploy", {"ref": "refs/heads/main"}, ATTESTATIONS="true")

        assert list(run.jobs.items()) == [
            ("scope", "success"),
            ("stage 1 / preview network/dev", "success"),
            ("stage 1 / apply network/dev", "success"),
            ("stage 2 / preview dev", "success"),
            ("stage 2 / apply dev", "success"),
            ("stage 3 / preview staging", "success"),
            ("stage 3 / apply staging", "failure"),
        ]
        for record, stack in (("records-network.dev", "network/dev"), ("records-dev", "dev")):
            assert world.record(record, f"{stack}-apply.json")["outcome"] == "applied"
            assert world.record(record, f"{stack}-drift.json")["verdict"] == "clean"
        made = world.engine.cloud_file("dev").read().resources
        private = {id_ for id_, found in made[tokens.SUBNET].items() if "-private-" in found.properties["tags"]["Name"]}
        (group,) = made[tokens.SUBNET_GROUP].values()
        assert set(group.properties["subnetIds"]) == private, "the database is in the network that was made just before"
        refused = world.record("records-staging", "staging-apply.json")
        assert (refused["outcome"], [each["code"] for each in refused["refusals"]]) == ("refused", ["state"])
        stacks = world.stacks()
        assert stacks["dev"] > 40
        assert (stacks["staging"], stacks["prod"]) == (1, 0)
        # All three bundles, and what is live of those that were applied.
        assert sorted(line.split()[0].rpartition("/parity/")[2] for line in repository.noted("attested")) == [
            "apply/v1",
            "apply/v1",
            "preview/v1",
            "preview/v1",
            "preview/v1",
        ]
        golden.check("refused.txt", "\n".join(f"{key}: {refused['refusals'][0][key]}" for key in ("code", "fix")))
