"""A case for each refusal, by service."""

from tests.engine.refusal_cases import cloudwatch, ec2, foundation, iam, kms, lambda_, rds, secretsmanager, sns, vpc

CASES = [
    *ec2.CASES,
    *foundation.CASES,
    *iam.CASES,
    *kms.CASES,
    *lambda_.CASES,
    *cloudwatch.CASES,
    *rds.CASES,
    *secretsmanager.CASES,
    *sns.CASES,
    *vpc.CASES,
]
