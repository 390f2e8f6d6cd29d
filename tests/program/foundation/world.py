"""An account with the service in it: what the recorded program makes, and the roles that act on it."""

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

from program.foundation.rights.places import Copy, filled
from program.foundation.rights.roles import Role, copy_boundary, stack_roles, workflow_boundary
from program.foundation.rights.state import StackFiles, State
from program.foundation.rights.table import PHASES, calls
from program.foundation.rights.trust import Repository
from program.offline.recording import Recording
from program.project.definition import SERVICE
from program.project.naming import PREFIX
from tests.program.foundation.authorizer import Principal, Request, allows
from tests.program.foundation.inventory_source import MODES, without_limits
from tests.program.recorded import ACCOUNT, find, of_type, record_program

STATE_REGION = "us-east-1"
REPOSITORY = Repository(name="octo/parity", id="4242", subject="repo:octo/parity")
# What AWS ends an ARN with, or answers as an id.
ID = "0a1b2c3d4e5f67890"
EPHEMERAL, WITH_EMAIL, PROTECTED = MODES


def state_of(environment: str) -> State:
    """Return the state's place; one key encrypts an environment's secrets in it, and no other's."""
    key = f"arn:aws:kms:{STATE_REGION}:{ACCOUNT}:key"
    return State(
        bucket="parity-state", region=STATE_REGION, bucket_key=f"{key}/bucket", secrets_key=f"{key}/of-{environment}"
    )


@dataclass(frozen=True)
class World:
    """One stack as it is deployed, and the roles of its environments in GitHub."""

    stack: str
    recording: Recording
    prefix: str = PREFIX

    @cached_property
    def copy(self) -> Copy:
        registrations = [item for item in self.recording.registrations if "tags" in item.inputs]
        tags = registrations[0].inputs["tags"]
        image = find(self.recording, "lambda-app-function").inputs["imageUri"]
        return Copy(
            project=SERVICE.name(),
            prefix=self.prefix,
            environment=tags["Environment"],
            suffix="pr-*" if self.is_review else tags["EnvironmentSuffix"],
            region=find(self.recording, "tap-key").outputs["arn"].split(":")[3],
            account=ACCOUNT,
            image=repository_of(image),
        )

    @property
    def is_review(self) -> bool:
        return self.stack.startswith("pr-")

    @cached_property
    def roles(self) -> dict[str, Role]:
        environment = self.copy.environment
        files = StackFiles(
            project=SERVICE.name(),
            stack="pr-*" if self.is_review else self.stack,
            network=f"networking-stack/{environment}",
        )
        found = stack_roles(self.copy, files, state_of(environment), REPOSITORY)
        return {role.kind: role for role in found}

    def principal(self, kind: str) -> Principal:
        role = self.roles[kind]
        boundary = workflow_boundary(self.roles.values())
        return Principal(f"arn:aws:iam::{ACCOUNT}:role/{role.name}", role.policies, boundary)

    def service_role(self, name: str) -> Principal:
        """Return a role that the stack makes, with the policy that it has."""
        role = find(self.recording, name)
        policies = [
            item.inputs["policy"]
            for item in of_type(self.recording, "aws:iam/rolePolicy:RolePolicy").values()
            if item.inputs["role"] == role.inputs["name"]
        ]
        assert role.inputs["permissionsBoundary"] == self.copy.boundary
        return Principal(role.outputs["arn"], tuple(policies), copy_boundary(self.copy))

    def resource_policy(self, resource: str) -> str | None:
        """Return the policy that the resource itself has, by what the stack makes."""
        for item in self.recording.registrations:
            if item.type == "aws:kms/key:Key" and item.outputs["arn"] == resource:
                return item.inputs["policy"]
            if item.type == "aws:secretsmanager/secretPolicy:SecretPolicy" and item.inputs["secretArn"] == resource:
                return item.inputs["policy"]
        return None

    def allows(self, principal: Principal, request: Request) -> bool:
        return allows(principal, request, self.resource_policy(request.resource))

    def arn(self, name: str) -> str:
        return find(self.recording, name).outputs["arn"]

    def requests(self, *phases):
        """Yield the phase, the resource's logical name and each request that AWS gets for it."""
        for item in self.recording.registrations:
            if not item.type.startswith("aws:"):
                continue
            of_type_ = calls().types[item.type]
            for phase, call in of_type_.calls(*(phases or PHASES)):
                if all(item.inputs.get(name, False) == value for name, value in call.when.items()):
                    for request in self._requests(item, of_type_, call):
                        yield phase, item, request

    def _requests(self, item, of_type_, call):
        words = self._words(item, of_type_)
        context = {"aws:RequestedRegion": self.copy.region}
        tags = item.inputs.get("tags", {})
        if call.tags == "request":
            context["aws:TagKeys"] = tuple(tags)
        if call.tags is not None:
            context |= {f"aws:{call.tags.title()}Tag/{key}": value for key, value in tags.items()}
        bound = {key: values for key, values in call.conditions.items() if "TagKeys" not in key}
        resources = ["*"] if call.everywhere is not None else call.on or [of_type_.arn]
        for action, resource, values in product(call.actions, resources, product(*bound.values())):
            given = {key: filled(value, words) for key, value in zip(bound, values, strict=True)}
            grant = {"kms:GrantIsForAWSResource": "true"} if action == "kms:CreateGrant" else {}
            yield Request(action, _concrete(resource, words, item), {**context, **given, **grant})

    def _words(self, item, of_type_):
        inputs = {key: value for key, value in item.inputs.items() if isinstance(value, str)}
        return {
            "name": inputs.get(of_type_.named, ""),
            "account": ACCOUNT,
            "region": self.copy.region,
            "image": self.copy.image,
            "boundary": self._boundary(item),
            "prefix": self.copy.prefix,
            **{f"inputs.{key}": value for key, value in inputs.items()},
        }

    def _boundary(self, item):
        """Return the boundary of the role that the call is about, as the program gave it."""
        roles = of_type(self.recording, "aws:iam/role:Role").values()
        named = {role.inputs["name"]: role.inputs.get("permissionsBoundary", "") for role in roles}
        return named.get(item.inputs.get("role"), item.inputs.get("permissionsBoundary", ""))


def _concrete(arn, words, item):
    """Return the ARN that AWS compares policies with: of this resource, under ids that it chose."""
    if arn == "*":
        return arn
    random = item.outputs.get("arn", "")[-6:] if "<random>" in arn else ""
    chosen = item.outputs["id"] if ":key/<id>" in arn else ID
    return filled(arn.replace("<id>", chosen).replace("<random>", random), words).replace("*", ID)


def repository_of(image_uri):
    registry, _, rest = image_uri.partition("/")
    account, region = re.fullmatch(r"(\d+)\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com", registry).groups()
    return f"arn:aws:ecr:{region}:{account}:repository/{rest.partition('@')[0]}"


@cache
def world(stack="dev", suffix="main", mode=0, prefix=PREFIX):
    """Return the account with the stack in it, in one of the modes."""
    file = "dev" if stack.startswith("pr-") else stack
    changes = {"environmentSuffix": suffix, "namePrefix": prefix, **MODES[mode]}
    return World(stack, record_program(without_limits, file, **changes), prefix)


def review(number=7):
    return world(f"pr-{number}", f"pr-{number}")


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
