"""The foundation as its program is recorded: as the stack file asks for it, or for stacks of a test's own."""

import json
from dataclasses import dataclass
from functools import cache

from pulumi.runtime.config import CONFIG

from policies.limits import limits
from program.foundation.members import own_member
from program.foundation.settings import Settings
from program.foundation.stack import FoundationStack, deploy
from program.offline.recording import record
from program.offline.simulation import Cloud
from program.project.definition import FOUNDATION
from tests.program.recorded import ACCOUNT, config_of, find, of_type

STACK = "foundation/main"
REGION = "us-east-1"
# Of the repository whose tokens the tests make, and of the bucket that they ask for.
OF_THE_TESTS = {"account": ACCOUNT, "repositoryId": "4242", "stateBucket": "parity-state"}


@dataclass(frozen=True)
class MadeRole:
    """A role of the workflows as the foundation makes it, with the documents that are attached to it."""

    kind: str
    logical: str
    name: str
    arn: str
    trust: str
    boundary: str
    policies: tuple[str, ...]
    environment: str


def recording_of(program, **changes):
    config = config_of(STACK, **{**OF_THE_TESTS, **changes})
    cloud = Cloud(stack=STACK, region=REGION, account=config["foundation:account"])
    return record(program, project=FOUNDATION, stack="main", config=config, cloud=cloud)


@cache
def foundation(**changes):
    """The recording of the foundation for every stack file; the changes are of its own settings."""
    return recording_of(deploy, **changes)


def foundation_for(*members):
    """The recording of a foundation that carries these stacks and no other."""

    def program():
        settings = Settings.parse(CONFIG.get(), {})
        FoundationStack("foundation", settings, members, own_member(settings, "main"), limits())

    return recording_of(program)


def roles(recording):
    """Every role of the recording by its logical name."""
    documents = {item.outputs["arn"]: item for item in of_type(recording, "aws:iam/policy:Policy").values()}
    attached = of_type(recording, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    found = {}
    # The SDK registers what waits for nothing in any order.
    for _, item in sorted(of_type(recording, "aws:iam/role:Role").items()):
        own = [each.inputs["policyArn"] for each in attached.values() if each.inputs["role"] == item.inputs["name"]]
        logical = item.name.removesuffix("-role")
        environment = find(recording, f"github-{logical}-environment").inputs["environment"]
        found[logical] = MadeRole(
            kind=logical if logical == "image" else logical.split("-")[1],
            logical=logical,
            name=item.inputs["name"],
            arn=item.outputs["arn"],
            trust=item.inputs["assumeRolePolicy"],
            boundary=documents[item.inputs["permissionsBoundary"]].inputs["policy"],
            policies=tuple(documents[arn].inputs["policy"] for arn in sorted(own)),
            environment=environment,
        )
    return found


def statements(document):
    return json.loads(document)["Statement"]
