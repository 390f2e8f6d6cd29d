"""How to find who changed the cloud: the look-up in CloudTrail for each service that drifted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from program.engine.records import DriftRecord

# The services whose name in CloudTrail is not that of the provider's module.
_SOURCES: Mapping[str, str] = {"cloudwatch": "monitoring", "vpc": "ec2"}
_LOGS = "aws:cloudwatch/logGroup:"
# IAM is one for all regions, and its events are in this one.
_GLOBAL = {"iam": "us-east-1"}
_MOST = 3
# A command is pasted into a shell: what is no plain name stays out of it.
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_QUERY = "Events[?ReadOnly=='false'].[EventTime,Username,EventName,Resources[0].ResourceName]"


def lookups(record: DriftRecord, since: datetime | None) -> list[str]:
    """Return a command for each of the first services of what drifted; none where the region isn't known."""
    if record.region is None or not _NAME.fullmatch(record.region):
        return []
    services = sorted({_service(change.type) for change in record.drifted if change.type.startswith("aws:")})
    services = [service for service in services if _NAME.fullmatch(service)]
    start = f" --start-time {since.strftime('%Y-%m-%dT%H:%M:%SZ')}" if since is not None else ""
    return [
        f"aws cloudtrail lookup-events --region {_GLOBAL.get(service, record.region)}{start} --lookup-attributes "
        f'AttributeKey=EventSource,AttributeValue={service}.amazonaws.com --output table --query "{_QUERY}"'
        for service in services[:_MOST]
    ]


def _service(type_: str) -> str:
    if type_.startswith(_LOGS):
        return "logs"
    module = type_.removeprefix("aws:").partition("/")[0]
    return _SOURCES.get(module, module)
