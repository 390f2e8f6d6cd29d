"""A push to main goes from stage to stage, and stops where the state is no longer what was approved."""

import json

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


def test_a_state_that_moves_while_a_stage_waits_stops_the_promotion_there(tmp_path):
    with a_world(tmp_path) as world:
        repository = world.repository
        (repository.notes / "moved.json").write_text(json.dumps(MOVED))
        hook = repository.notes / "hook"
        hook.write_text(HOOK)
        hook.chmod(0o755)

        run = world.act("push", "deploy", {"ref": "refs/heads/main"}, ATTESTATIONS="true")

        assert run.jobs == {
            "scope": "success",
            "stage 1 / preview dev": "success",
            "stage 1 / apply dev": "success",
            "stage 2 / preview staging": "success",
            "stage 2 / apply staging": "failure",
        }
        assert world.record("records-dev", "dev-apply.json")["outcome"] == "applied"
        assert world.record("records-dev", "dev-drift.json")["verdict"] == "clean"
        refused = world.record("records-staging", "staging-apply.json")
        assert (refused["outcome"], [each["code"] for each in refused["refusals"]]) == ("refused", ["state"])
        stacks = world.stacks()
        assert stacks["dev"] > 40
        assert (stacks["staging"], stacks["prod"]) == (1, 0)
        # Both bundles, and what is live of the one that was applied.
        assert sorted(line.split()[0].rpartition("/parity/")[2] for line in repository.noted("attested")) == [
            "apply/v1",
            "preview/v1",
            "preview/v1",
        ]
        golden.check("refused.txt", "\n".join(f"{key}: {refused['refusals'][0][key]}" for key in ("code", "fix")))
