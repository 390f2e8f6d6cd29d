"""What every component stands on: names, ARNs, the stack's own key, the network and the protection of data."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import kms

from program.project.iam import Arns
from program.project.naming import Names
from program.service.components.networking import Network
from program.service.protection import Protection


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What a component is given beside its own settings."""

    names: Names
    arns: Arns
    key: kms.Key
    network: Network
    protection: Protection
    log_retention_days: int
    # What every role is limited by, whatever its policies say.
    boundary: pulumi.Input[str]
