"""What an account may have, until AWS raises it: the defaults of AWS's documentation ("Quotas" of each service).

New accounts may have less: 10 concurrent executions, of which none may be reserved.
"""

from __future__ import annotations

from collections.abc import Mapping

QUOTAS: Mapping[str, int] = {
    "alarms": 5000,
    "bytes of a role's inline policies": 10240,
    "bytes of a role's trust policy": 2048,
    "bytes of environment variables": 4096,
    "cluster parameter groups": 50,
    "concurrent executions": 1000,
    "database clusters": 40,
    "database instances": 40,
    "database subnet groups": 50,
    "elastic IP addresses": 5,
    "identity providers": 100,
    "keys": 100_000,
    "letters of a managed policy": 6144,
    "log groups": 1_000_000,
    "managed policies": 1500,
    "managed policies of a role": 10,
    "parameter groups": 50,
    "roles": 1000,
    "rules of a security group in one direction": 60,
    "secrets": 500_000,
    "security groups of a network interface": 5,
    "VPCs": 5,
    "topics": 100_000,
    "unreserved concurrent executions": 100,
}
