"""An account with a stack in it: what the programs make of the stack, and of the foundation that carries it."""

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

from policies.known.calls import PHASES
from policies.known.tables import known_calls
from program.foundation.members import Member
from program.foundation.rights.places import Copy, filled
from program.foundation.rights.state import REVIEW_STACKS, StackFiles
from program.foundation.rights.trust import Repository
from program.offline.projects import KINDS
from program.offline.recording import Recording
from program.project.definition import SERVICE, split
from program.project.naming import PREFIX
from tests.program.foundation import made
from tests.program.foundation.authorizer import Principal, Request, allows
from tests.program.foundation.inventory_source import RECORDED
from tests.program.recorded import ACCOUNT, config_of, find, of_type, record_program

STATE_REGION = made.REGION
REPOSITORY = Repository(name="octo/parity", id="4242", subject="repo:octo/parity")
# What AWS ends an ARN with, or answers as an id.
ID = "0a1b2c3d4e5f67890"


@dataclass(frozen=True)
class World:
    """One stack as it is deployed, and the foundation that has the roles which act on it."""

    stack: str
    recording: Recording
    member: Member

    @property
    def copy(self) -> Copy:
        return self.member.copy

    @cached_property
    def foundation(self) -> Recording:
        return made.foundation_for(self.member)

    @cached_property
    def roles(self) -> dict[str, made.MadeRole]:
        """The roles that act on the stack, by their kinds."""
        project = self.copy.label or "service"
        found = made.roles(self.foundation).values()
        return {role.kind: role for role in found if role.logical.startswith(f"{project}-")}

    @property
    def image_role(self) -> made.MadeRole:
        return made.roles(self.foundation)["image"]

    def principal(self, kind: str) -> Principal:
        role = self.roles[kind]
        return Principal(role.arn, role.policies, role.boundary)

    def state_key(self, name: str) -> str:
        """Return the ARN of the bucket's key, or of an environment's."""
        return find(self.foundation, f"state-{name}").outputs["arn"]

    @property
    def copy_boundary(self) -> str:
        """Return the boundary of the roles that the stack makes."""
        (found,) = [
            item.inputs["policy"]
            for item in of_type(self.foundation, "aws:iam/policy:Policy").values()
            if item.inputs["name"] == self.copy.deployers.boundary
        ]
        return found

    def service_role(self, name: str) -> Principal:
        """Return a role that the stack makes, with the policy that it has."""
        role = find(self.recording, name)
        policies = [
            item.inputs["policy"]
            for item in of_type(self.recording, "aws:iam/rolePolicy:RolePolicy").values()
            if item.inputs["role"] == role.inputs["name"]
        ]
        assert role.inputs["permissionsBoundary"] == self.copy.boundary
        return Principal(role.outputs["arn"], tuple(policies), self.copy_boundary)

    def resource_policy(self, resource: str) -> str | None:
        """Return the policy that the resource itself has, by what the stack and the foundation make."""
        for item in (*self.recording.registrations, *self.foundation.registrations):
            if item.type == "aws:kms/key:Key" and item.outputs["arn"] == resource:
                return item.inputs["policy"]
            if item.type == "aws:secretsmanager/secretPolicy:SecretPolicy" and item.inputs["secretArn"] == resource:
                return item.inputs["policy"]
            if item.type == "aws:s3/bucketPolicy:BucketPolicy":
                bucket = f"arn:aws:s3:::{item.inputs['bucket']}"
                if resource == bucket or resource.startswith(f"{bucket}/"):
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
            of_type_ = known_calls()[item.type]
            for phase, call in of_type_.calls(*(phases or PHASES)):
                if all(item.inputs.get(name, False) == value for name, value in call.when.items()):
                    for request in self._requests(item, of_type_, call):
                        yield phase, item, request

    def _requests(self, item, of_type_, call):
        words = self._words(item, of_type_)
        context = {"aws:RequestedRegion": self.copy.region}
        # What has no tags itself is a part of what has the stack's.
        tags = item.inputs.get("tags") or self.copy.tags
        if call.tags == "request":
            context["aws:TagKeys"] = tuple(tags)
        if call.tags in ("request", "resource"):
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
    project, name = split(file)
    program, modes = RECORDED[project]
    changes = {"environmentSuffix": suffix, "namePrefix": prefix, **modes[mode]}
    settings = KINDS[project].settings.parse(config_of(file, **changes), {})
    is_review = stack.startswith("pr-")
    is_service = project == SERVICE
    copy = Copy(
        label=project.label,
        project=project.name(),
        prefix=prefix,
        environment=settings.environment,
        suffix=REVIEW_STACKS if is_review else suffix,
        region=settings.region,
        account=ACCOUNT,
        image=repository_of(settings.docker_image_uri) if is_service else "",
    )
    files = StackFiles(
        project=project.name(),
        stack=REVIEW_STACKS if is_review else name,
        network=f"networking-stack/{settings.environment}" if is_service else None,
    )
    member = Member(name=REVIEW_STACKS if is_review else file, copy=copy, files=files)
    return World(stack, record_program(program, file, **changes), member)


def review(number=7):
    return world(f"pr-{number}", f"pr-{number}")


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
