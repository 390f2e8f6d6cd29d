"""Every form that a stack of the three projects can take: what AWS takes is asked of each."""

import json
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.program.foundation import made
from tests.program.foundation.inventory_source import NETWORK_MODES, RECORDED
from tests.program.recorded import EXPLICIT_NETWORK, config_of, record_program

_EGRESS = ("vpc", "nat")
_PROTECTION = ("ephemeral", "protected")
_EMAIL = ("", "ops@example.com")
SERVICE_MODES = [
    *(
        {"egress": egress, "dataProtection": protection, "alarmEmail": email}
        for egress, protection, email in product(_EGRESS, _PROTECTION, _EMAIL)
    ),
    EXPLICIT_NETWORK
    | {
        "privateSubnetIds": '["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"]',
        "endpointSecurityGroupId": "sg-0000000e",
    },
    {"lambdaArchitecture": "x86_64", "secretRotationDays": "7"},
]
FOUNDATION_MODES = [
    {},
    {"dataProtection": "ephemeral"},
    {"identityProvider": "existing", "repositorySettings": "existing"},
    {"reviewStacks": "label"},
    {"imageRegion": "us-west-2"},
]
# The stack of each project that stands for all in every mode: that the others are like it is what the check proves.
_IN_EVERY_MODE = {"prod", "network/prod", "foundation/main"}
_MODES = {SERVICE: SERVICE_MODES, NETWORK: NETWORK_MODES, FOUNDATION: FOUNDATION_MODES}


@dataclass(frozen=True)
class Form:
    """One stack in one mode: its name as people read it, and the settings that are other than its file's."""

    stack: str
    settings: dict[str, str] = field(hash=False)

    def __str__(self):
        return "-".join([self.stack, *(value for value in self.settings.values() if len(value) < 20 and value)])

    @property
    def region(self):
        return config_of(self.stack)["aws:region"]

    @property
    def given_network(self):
        """Return the network whose ids the settings say; nothing where they say none."""
        if "vpcId" not in self.settings:
            return {}
        lists = {key: json.loads(self.settings[key]) for key in ("privateSubnetIds", "availabilityZones")}
        return self.settings | lists


def every_form():
    """Return each stack of each project in each mode."""
    return [
        Form(stack, mode)
        for project, modes in _MODES.items()
        for stack, mode in product(stack_names(ROOT, project), modes)
        # The zones beside an id are of one region.
        if "vpcId" not in mode or stack == "prod"
    ]


def sampled_forms():
    """Return fewer forms, for what takes long: each mode on one stack of its project, each stack as its file is."""
    every = every_form()
    others = sorted({form.stack for form in every} - _IN_EVERY_MODE)
    return [form for form in every if form.stack in _IN_EVERY_MODE] + [Form(stack, {}) for stack in others]


def fullest():
    """Return forms that together have every type of resource, with the most that is set of each."""
    return [
        Form("prod", {"egress": "vpc", "dataProtection": "protected", "alarmEmail": "ops@example.com"}),
        Form("network/prod", {"natGateways": "3"}),
        Form("foundation/main", {}),
    ]


@cache
def _recorded(stack, settings):
    if stack == made.STACK:
        return made.foundation(**dict(settings))
    project = NETWORK if "/" in stack else SERVICE
    return record_program(RECORDED[project][0], stack, **dict(settings))


def recording_of(form):
    return _recorded(form.stack, tuple(form.settings.items()))


def aws(recording):
    return [item for item in recording.registrations if item.type.startswith("aws:")]
