# ruff: noqa: E501  # whole messages, each on a line
"""What no mandatory rule holds, on purpose: by type and property, which changes pass, and why that is well."""

UNGUARDED: dict[str, dict[str, tuple[str, str]]] = {
    "aws:cloudwatch/logGroup:LogGroup": {
        "deletionProtectionEnabled": ("absent", "Absent is the provider's false, which is right."),
        "skipDestroy": ("absent", "Absent is the provider's false, which is right."),
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "actionsEnabled": ("absent", "Absent is the provider's true, which is right."),
        "alarmDescription": ("absent changed", "Words for people."),
        "datapointsToAlarm": (
            "absent changed",
            "AWS takes no more than evaluationPeriods, which is held; absent means all of them.",
        ),
        "threshold": (
            "absent changed",
            "Of free memory and replica lag only: follows from the instance's class; the comparison of stacks holds it.",
        ),
        "treatMissingData": ("changed", "AWS refuses other words; which one is right differs by metric."),
        "unit": (
            "absent changed",
            "A unit that the metric doesn't have yields no data, and what that means treatMissingData says.",
        ),
    },
    "aws:ec2/securityGroup:SecurityGroup": {
        "description": ("changed", "Words for people."),
        "vpcId": (
            "absent changed",
            "AWS refuses a group and members of different networks; the reference is compared across stacks.",
        ),
    },
    "aws:iam/role:Role": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:iam/rolePolicy:RolePolicy": {
        "policy": ("absent", "AWS refuses the resource without it."),
    },
    "aws:kms/key:Key": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:lambda/function:Function": {
        "architectures": ("absent changed", "No matter of safety; compared across stacks."),
        "code": ("absent changed", "Its content is hashed and compared across stacks."),
        "description": ("absent changed", "Words for people."),
        "environment": ("absent changed", "Of the rotation function only: its variables are compared across stacks."),
        "handler": ("absent changed", "A wrong one never starts; compared across stacks."),
        "loggingConfig": (
            "absent changed",
            "Without it Lambda writes to the group of its name, which is the stack's own.",
        ),
        "memorySize": ("absent changed", "Of the rotation function only, which doesn't scale; compared across stacks."),
        "packageType": ("absent changed", "AWS refuses an image's settings for another type of package."),
        "runtime": ("absent changed", "AWS refuses what it no longer runs; compared across stacks."),
        "sourceCodeHash": ("absent changed", "Compared across stacks, against the source itself."),
        "timeout": ("absent changed", "No matter of safety; compared across stacks."),
    },
    "aws:lambda/permission:Permission": {
        "sourceAccount": ("changed", "The account is known only where the limits name it; sourceArn binds it as well."),
    },
    "aws:rds/cluster:Cluster": {
        "applyImmediately": ("absent changed", "When a change takes effect is no matter of safety."),
        "databaseName": ("absent changed", "No matter of safety; compared across stacks."),
        "deleteAutomatedBackups": ("absent", "Absent is the provider's true, which is right."),
        "deletionProtection": ("absent", "Absent is the provider's false, which is right."),
        "engineMode": ("absent changed", "AWS refuses other words with these instances."),
        "masterUsername": ("changed", "Any name that nobody guesses first will do."),
        "port": ("absent", "Absent is the engine's 5432, which is right."),
    },
    "aws:rds/clusterInstance:ClusterInstance": {
        "applyImmediately": ("absent changed", "When a change takes effect is no matter of safety."),
        "autoMinorVersionUpgrade": ("absent changed", "Accepted: an upgrade by AWS would be drift."),
        "copyTagsToSnapshot": ("absent changed", "Aurora takes it from the cluster, where it is held."),
        "publiclyAccessible": ("absent", "Absent is the provider's false, which is right."),
    },
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:rds/parameterGroup:ParameterGroup": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:rds/subnetGroup:SubnetGroup": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:secretsmanager/secret:Secret": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:secretsmanager/secretPolicy:SecretPolicy": {
        "policy": ("absent", "AWS refuses the resource without it."),
    },
    "aws:secretsmanager/secretRotation:SecretRotation": {
        "rotateImmediately": ("absent", "Absent is the provider's true, which is right."),
    },
    "aws:secretsmanager/secretVersion:SecretVersion": {
        "secretId": ("absent changed", "AWS refuses a version of no secret; what the version holds is judged."),
        "secretString": ("absent changed", "Judged for what it must not hold; what it says is compared across stacks."),
    },
    "aws:sns/topicPolicy:TopicPolicy": {
        "policy": ("absent", "AWS refuses the resource without it."),
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        "description": ("changed", "Words for people."),
        "ipProtocol": ("absent changed", "AWS refuses other words; every protocol at once (-1) is held."),
        "referencedSecurityGroupId": (
            "absent changed",
            "Absent, AWS refuses the rule; changed, that group's own rules decide who is let in.",
        ),
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "description": ("changed", "Words for people."),
        "ipProtocol": ("absent changed", "AWS refuses other words; every protocol at once (-1) is held."),
    },
}
