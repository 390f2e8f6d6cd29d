"""The policy of the key that encrypts the flow log: CloudWatch Logs uses it, and nobody else."""

from __future__ import annotations

import pulumi

from policies.key_actions import ADMINISTRATION, READING
from program.project.iam import Arns, document, encrypt_logs, grant
from program.project.naming import Names


def key_policy(arns: Arns, names: Names, log_group: str) -> pulumi.Output[str]:
    """Return the key's policy; it names the roles that deploy and compare the network, whose policies are of no key."""
    return document(
        grant("AdministerTheKey", {"AWS": arns.account_root}, ADMINISTRATION, "*"),
        encrypt_logs(arns, log_group),
        grant("DeployTheKey", {"AWS": arns.role(names.deployers.deploy_role)}, ADMINISTRATION, "*"),
        grant("CompareTheKey", {"AWS": arns.role(names.deployers.drift_role)}, READING, "*"),
    )
