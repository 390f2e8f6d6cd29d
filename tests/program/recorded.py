"""The real program recorded for a real stack, with or without changed settings, and what is looked up in it."""

import json
from collections.abc import Callable
from functools import cache

from program.offline.recording import Recording, Registration, record
from program.offline.simulation import Cloud
from program.project.definition import split
from program.project.stackfile import read_stack_file
from program.service.stack import deploy

ACCOUNT = "123456789012"
EXPLICIT_NETWORK = {
    "networkingStackRef": "",
    "vpcId": "vpc-0123456789abcdef0",
    "vpcCidr": "10.7.0.0/16",
    "privateSubnetIds": '["subnet-a", "subnet-b", "subnet-c"]',
    "availabilityZones": '["us-east-1a", "us-east-1b", "us-east-1c"]',
}


def config_of(stack: str, **changes: str) -> dict[str, str]:
    """Return the stack's config map with the keys of its project's namespace changed."""
    project, _ = split(stack)
    return {**read_stack_file(stack).config, **{project.full_key(key): value for key, value in changes.items()}}


def record_program(program: Callable[[], None], stack: str = "prod", **changes: str) -> Recording:
    config = config_of(stack, **changes)
    cloud = Cloud(stack=stack, region=config["aws:region"], account=ACCOUNT)
    project, name = split(stack)
    return record(program, project=project, stack=name, config=config, cloud=cloud)


@cache
def recorded(stack: str = "prod", **changes: str) -> Recording:
    """Return the program's recording; recordings are immutable, so equal ones are made once."""
    return record_program(deploy, stack, **changes)


def find(recording: Recording, name: str) -> Registration:
    """Return the one registration of that logical name."""
    (found,) = [registration for registration in recording.registrations if registration.name == name]
    return found


def of_type(recording: Recording, type_: str) -> dict[str, Registration]:
    """Return the registrations of a type by their logical names."""
    return {item.name: item for item in recording.registrations if item.type == type_}


def before(recording: Recording, name: str) -> set[str]:
    """Return the logical names of all that is made before the resource, near or far."""
    by_urn = {item.urn: item for item in recording.registrations}
    found: set[str] = set()
    waiting = list(find(recording, name).dependencies)
    while waiting:
        # The networking stack is read, not registered.
        item = by_urn.get(waiting.pop())
        if item is not None and item.name not in found:
            found.add(item.name)
            waiting += item.dependencies
    return found


def statements(document: str) -> dict[str, dict[str, object]]:
    """Return a policy document's statements by their Sid."""
    return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}
