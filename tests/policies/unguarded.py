# whole messages, each on a line
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
            "absent",
            "AWS takes no more than evaluationPeriods, which is held; absent means all of them.",
        ),
    },
    "aws:ec2/securityGroup:SecurityGroup": {
        "description": ("changed", "Words for people."),
    },
    "aws:iam/role:Role": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:kms/key:Key": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:lambda/function:Function": {
        "architectures": ("absent changed", "No matter of safety; compared across stacks."),
        "description": ("absent changed", "Words for people."),
        "memorySize": ("absent", "Of the rotation function only, which doesn't scale; compared across stacks."),
        "sourceCodeHash": ("absent changed", "Compared across stacks, against the source itself."),
        "timeout": ("absent", "No matter of safety; compared across stacks."),
    },
    "aws:rds/cluster:Cluster": {
        "applyImmediately": ("absent changed", "When a change takes effect is no matter of safety."),
        "databaseName": ("absent", "No matter of safety; compared across stacks."),
        "deleteAutomatedBackups": ("absent", "Absent is the provider's true, which is right."),
        "deletionProtection": ("absent", "Absent is the provider's false, which is right."),
        "engineMode": ("absent", "AWS refuses other words with these instances."),
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
    "aws:secretsmanager/secretRotation:SecretRotation": {
        "rotateImmediately": ("absent", "Absent is the provider's true, which is right."),
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        "description": ("changed", "Words for people."),
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "description": ("changed", "Words for people."),
    },
}

UNGUARDED_OF_THE_NETWORK: dict[str, dict[str, tuple[str, str]]] = {
    "aws:cloudwatch/logGroup:LogGroup": UNGUARDED["aws:cloudwatch/logGroup:LogGroup"],
    "aws:ec2/flowLog:FlowLog": {
        "maxAggregationInterval": ("absent", "Absent is the provider's 600, which is right."),
    },
    "aws:ec2/natGateway:NatGateway": {
        "connectivityType": ("absent", "Absent is the provider's public, which is right."),
    },
    "aws:ec2/securityGroup:SecurityGroup": UNGUARDED["aws:ec2/securityGroup:SecurityGroup"],
    "aws:ec2/subnet:Subnet": {
        "mapPublicIpOnLaunch": ("absent", "Absent is the provider's false, which is right."),
    },
    "aws:ec2/vpc:Vpc": {
        "instanceTenancy": ("absent", "Absent is the provider's default, which is right."),
    },
    "aws:iam/role:Role": UNGUARDED["aws:iam/role:Role"],
    "aws:kms/key:Key": UNGUARDED["aws:kms/key:Key"],
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": UNGUARDED[
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    ],
}

UNGUARDED_OF_THE_FOUNDATION: dict[str, dict[str, tuple[str, str]]] = {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
        "policy": ("absent", "The provider takes none without it."),
    },
    "aws:ecr/repository:Repository": {
        "encryptionConfigurations": ("absent changed", "Absent is AES256, which is right; what stands in it is held."),
        "forceDelete": ("absent", "Absent is the provider's false, which is right."),
    },
    "aws:iam/policy:Policy": {
        "description": ("absent changed", "Words for people."),
    },
    "aws:iam/role:Role": {
        **UNGUARDED["aws:iam/role:Role"],
        "maxSessionDuration": ("absent", "Absent is an hour, which is less."),
    },
    "aws:kms/key:Key": {
        **UNGUARDED["aws:kms/key:Key"],
        "deletionWindowInDays": ("absent", "Absent is AWS's 30, which is right."),
    },
    "aws:s3/bucket:Bucket": {
        "forceDestroy": ("absent", "Absent is the provider's false, which is right."),
    },
    "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions": {
        "enabled": ("absent", "Absent is the provider's true, which is right."),
    },
    "github:index/issueLabel:IssueLabel": {
        "color": ("absent changed", "A colour for people."),
        "description": ("absent changed", "Words for people."),
    },
    "github:index/repositoryEnvironment:RepositoryEnvironment": {
        "preventSelfReview": ("absent changed", "Of an environment that nobody has to review."),
    },
    "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions": {
        "canApprovePullRequestReviews": ("absent", "Absent is the provider's false, which is stricter."),
    },
}
