"""Log groups and alarms."""

from policies import tokens
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, gone, made, protected

CASES = [
    Case("PutRetentionPolicy", "ResourceNotFoundException", "/a/group", gone(tokens.LOG_GROUP)),
    Case("CreateLogGroup", "ResourceAlreadyExistsException", "/a/group", again(tokens.LOG_GROUP)),
    Case("CreateLogGroup", "LimitExceededException", "0 log groups", full(tokens.LOG_GROUP, "log groups")),
    Case("CreateLogGroup", "InvalidParameterException", NOWHERE, made(tokens.LOG_GROUP, kmsKeyId=NOWHERE)),
    Case("AssociateKmsKey", "InvalidParameterException", NOWHERE, changed(tokens.LOG_GROUP, kmsKeyId=NOWHERE)),
    Case("DeleteLogGroup", "ValidationException", "is on", protected(tokens.LOG_GROUP, "deletionProtectionEnabled")),
    Case("PutMetricAlarm", "LimitExceeded", "0 alarms", full(tokens.ALARM, "alarms")),
]
