# ruff: noqa: E501  # whole messages, each on a line
"""Every rule: one change of the happy path, and all that the rule then says.

A rule that says nothing has passed. Its lines are whole: the resource, what was found, what is allowed.
"""

from policies import tokens
from tests.policies.world import (
    Change,
    add,
    allow,
    config,
    cut,
    document,
    drop,
    every,
    exempt,
    limit,
    option,
    parameter,
    part,
    provider,
    put,
    remove,
)

CASES: tuple[tuple[str, Change, list[str]], ...] = (
    (
        "kms-rotation",
        put("tap-key", "enableKeyRotation", False),
        ["tap-key: enableKeyRotation is not true; the key would keep one secret for ever"],
    ),
    (
        "kms-rotation",
        put("tap-key", "rotationPeriodInDays", 366),
        ["tap-key: rotationPeriodInDays is 366; at most 365 are allowed"],
    ),
    (
        "kms-rotation",
        put("tap-key", "enableKeyRotation", "false"),
        ["tap-key: enableKeyRotation is not true; the key would keep one secret for ever"],
    ),
    (
        "kms-no-public",
        lambda world: [
            world.drop("tap-key", "policy"),
            world.add(tokens.KEY_POLICY, "apart", {"policy": '{"Statement": [{"Effect": "Deny"}]}'}, keyId="tap-key"),
        ],
        [],
    ),
    (
        "kms-no-public",
        document("tap-key", allow("kms:Decrypt", Principal="*")),
        ["tap-key: policy: statement Given gives the key to anybody"],
    ),
    (
        "kms-no-public",
        document("tap-key", allow("kms:Decrypt", Principal={"AWS": ["*"]})),
        ["tap-key: policy: statement Given gives the key to anybody"],
    ),
    (
        "kms-no-public",
        document(
            "tap-key", allow("kms:Decrypt", Principal="*", Condition={"StringEquals": {"kms:CallerAccount": "*"}})
        ),
        ["tap-key: policy: statement Given gives the key to anybody"],
    ),
    (
        "kms-no-public",
        document(
            "tap-key", allow("kms:Decrypt", Principal="*", Condition={"StringEquals": {"KMS:callerAccount": "1"}})
        ),
        [],
    ),
    (
        "kms-no-public",
        document("tap-key", allow("KMS:*", Principal={"AWS": "arn:aws:iam::1:root"})),
        ["tap-key: policy: statement Given allows kms:*; name the actions"],
    ),
    (
        "kms-no-public",
        document("tap-key", {"Effect": "Allow", "Action": "kms:Decrypt", "NotPrincipal": {"AWS": "1"}}),
        ["tap-key: policy: a statement without Sid gives the key to anybody"],
    ),
    (
        "kms-no-public",
        put("tap-key", "bypassPolicyLockoutSafetyCheck", True),
        ["tap-key: bypassPolicyLockoutSafetyCheck is true; the key could be locked for everyone"],
    ),
    (
        "kms-no-public",
        drop("tap-key", "policy"),
        ["tap-key: policy is not set; AWS's default gives the key to every principal of the account"],
    ),
    ("kms-no-public", put("tap-key", "policy", "no JSON"), ["tap-key: policy is not JSON"]),
    (
        "kms-no-public",
        add(tokens.KEY_POLICY, "other-policy", {"policy": "[]"}),
        ["other-policy: policy is not a policy document"],
    ),
    (
        "kms-deletion-window",
        put("tap-key", "deletionWindowInDays", 8),
        ["tap-key: deletionWindowInDays is 8; with dataProtection ephemeral it must be 7"],
    ),
    (
        "kms-deletion-window",
        drop("tap-key", "deletionWindowInDays"),
        ["tap-key: deletionWindowInDays is 30; with dataProtection ephemeral it must be 7"],
    ),
    (
        "kms-deletion-window",
        config("dataProtection", "protected"),
        ["tap-key: deletionWindowInDays is 7; with dataProtection protected it must be 30"],
    ),
    (
        "kms-service-grants",
        document("tap-key", allow("kms:*", Principal={"AWS": "1"})),
        [
            "tap-key: policy lets logs neither encrypt nor decrypt, which database-logs needs",
            "tap-key: policy lets logs neither encrypt nor decrypt, which lambda-app-logs needs",
            "tap-key: policy lets logs neither encrypt nor decrypt, which secrets-rotation-logs needs",
            "tap-key: policy lets cloudwatch.amazonaws.com neither encrypt nor decrypt, which monitoring-topic needs",
        ],
    ),
    (
        "kms-service-grants",
        document("tap-key", allow("kms:Decrypt", Principal={"Service": "logs.us-east-1.amazonaws.com"})),
        [
            "tap-key: policy lets logs neither encrypt nor decrypt, which database-logs needs",
            "tap-key: policy lets logs neither encrypt nor decrypt, which lambda-app-logs needs",
            "tap-key: policy lets logs neither encrypt nor decrypt, which secrets-rotation-logs needs",
            "tap-key: policy lets cloudwatch.amazonaws.com neither encrypt nor decrypt, which monitoring-topic needs",
        ],
    ),
    ("kms-service-grants", put("tap-key", "policy", "no JSON"), []),
    ("kms-service-grants", add(tokens.KEY, "idle-key"), []),
    (
        "rds-encrypted",
        put("database-cluster", "storageEncrypted", False),
        ["database-cluster: storageEncrypted is false; it must be true"],
    ),
    (
        "rds-encrypted",
        drop("database-cluster", "storageEncrypted"),
        ["database-cluster: storageEncrypted is false (not set); it must be true"],
    ),
    (
        "rds-own-key",
        drop("database-cluster", "kmsKeyId"),
        ["database-cluster: kmsKeyId is not set; it must be the stack's own key"],
    ),
    (
        "rds-own-key",
        cut("database-cluster", "masterUserSecretKmsKeyId"),
        ["database-cluster: masterUserSecretKmsKeyId is not a key of this stack; it must be the stack's own key"],
    ),
    (
        "rds-insights-own-key",
        drop("database-instance-0", "performanceInsightsKmsKeyId"),
        ["database-instance-0: performanceInsightsKmsKeyId is not set; it must be the stack's own key"],
    ),
    (
        "rds-insights",
        put("database-instance-1", "performanceInsightsEnabled", False),
        ["database-instance-1: performanceInsightsEnabled is false; it must be true"],
    ),
    (
        "rds-iam-authentication",
        put("database-cluster", "iamDatabaseAuthenticationEnabled", False),
        ["database-cluster: iamDatabaseAuthenticationEnabled is false; it must be true"],
    ),
    (
        "rds-master-credential",
        put("database-cluster", "manageMasterUserPassword", False),
        ["database-cluster: manageMasterUserPassword is not true; RDS must make and rotate the master credential"],
    ),
    (
        "rds-master-credential",
        put("database-cluster", "masterPassword", "geheim"),
        ["database-cluster: masterPassword is set; it would stand in Pulumi's state"],
    ),
    (
        "rds-admin-name",
        put("database-cluster", "masterUsername", "Postgres"),
        ["database-cluster: masterUsername is 'Postgres'; choose a name that nobody guesses first"],
    ),
    (
        "rds-admin-name",
        drop("database-cluster", "masterUsername"),
        ["database-cluster: masterUsername is ''; choose a name that nobody guesses first"],
    ),
    (
        "rds-backup-retention",
        put("database-cluster", "backupRetentionPeriod", 3),
        ["database-cluster: backupRetentionPeriod is 3; prod allows 7"],
    ),
    (
        "rds-backup-retention",
        drop("database-cluster", "backupRetentionPeriod"),
        ["database-cluster: backupRetentionPeriod is 1 (not set); prod allows 7"],
    ),
    (
        "rds-copy-tags",
        put("database-cluster", "copyTagsToSnapshot", False),
        ["database-cluster: copyTagsToSnapshot is false; it must be true"],
    ),
    (
        "rds-not-public",
        put("database-instance-0", "publiclyAccessible", True),
        ["database-instance-0: publiclyAccessible is true; it must be false"],
    ),
    (
        "rds-minor-upgrade",
        put("database-instance-0", "autoMinorVersionUpgrade", False),
        [
            "database-instance-0: autoMinorVersionUpgrade is false; it must be true",
            "database-instance-1: autoMinorVersionUpgrade is false; it must be true",
        ],
    ),
    (
        "rds-minor-upgrade",
        every(
            put("database-instance-0", "autoMinorVersionUpgrade", True),
            drop("database-instance-1", "autoMinorVersionUpgrade"),
        ),
        [],
    ),
    (
        "rds-enhanced-monitoring",
        put("database-instance-0", "monitoringInterval", 0),
        ["database-instance-0: monitoringInterval is 0; it must be 1 to 60 seconds"],
    ),
    (
        "rds-enhanced-monitoring",
        put("database-instance-0", "monitoringInterval", 61),
        ["database-instance-0: monitoringInterval is 61; it must be 1 to 60 seconds"],
    ),
    (
        "rds-enhanced-monitoring",
        drop("database-instance-0", "monitoringRoleArn"),
        ["database-instance-0: monitoringRoleArn is not set; Enhanced Monitoring needs a role"],
    ),
    (
        "rds-engine-version",
        put("database-cluster", "engineVersion", "15.4"),
        [
            "database-cluster: engineVersion is '15.4': AWS no longer creates it; take one of 15.10, 15.12, 15.13, 15.14, 15.15, 15.17, 15.18, 15.19"
        ],
    ),
    (
        "rds-engine-version",
        put("database-instance-0", "engineVersion", "16.1"),
        [
            "database-instance-0: engineVersion is '16.1': it isn't allowed; take one of 15.10, 15.12, 15.13, 15.14, 15.15, 15.17, 15.18, 15.19"
        ],
    ),
    (
        "rds-engine-version",
        put("database-cluster", "engineLifecycleSupport", "open-source-rds-extended-support"),
        [
            "database-cluster: engineLifecycleSupport is not open-source-rds-extended-support-disabled; AWS charges for extended support without asking"
        ],
    ),
    (
        "rds-engine-version",
        put("database-cluster", "allowMajorVersionUpgrade", True),
        ["database-cluster: allowMajorVersionUpgrade is not false, as the limits' majorUpgrade is"],
    ),
    (
        "rds-engine-version",
        put("database-cluster", "engine", "aurora-mysql"),
        ["database-cluster: engine is not aurora-postgresql"],
    ),
    (
        "rds-instance-class",
        put("database-instance-0", "instanceClass", "db.t3.micro"),
        ["database-instance-0: instanceClass is 'db.t3.micro'; prod allows db.r6g.large, db.r6g.xlarge"],
    ),
    ("rds-instances", remove("database-instance-1"), ["database-cluster: has 1 instances; prod allows 2"]),
    (
        "rds-instances",
        every(
            put("database-instance-0", "availabilityZone", "us-east-1a"),
            put("database-instance-1", "availabilityZone", "us-east-1a"),
        ),
        ["database-cluster: all instances are pinned to us-east-1a; a reader must be in another zone"],
    ),
    (
        "rds-subnets",
        put("database-subnets", "subnetIds", ["subnet-1"]),
        ["database-subnets: subnetIds has 1 subnets; a cluster needs 2 or more, in different zones"],
    ),
    (
        "rds-nondefault-port",
        put("database-cluster", "port", 5432),
        ["database-cluster: port is 5432, the one that is tried first"],
    ),
    ("rds-nondefault-port", put("database-cluster", "port", 6432), []),
    (
        "rds-force-ssl",
        parameter("database-cluster-parameters", "rds.force_ssl", "0"),
        ["database-cluster-parameters: rds.force_ssl is 0; it must be 1 (AWS's default up to 16 is 0)"],
    ),
    (
        "rds-force-ssl",
        parameter("database-cluster-parameters", "rds.force_ssl", None),
        ["database-cluster-parameters: rds.force_ssl is not set; it must be 1 (AWS's default up to 16 is 0)"],
    ),
    (
        "rds-force-ssl",
        cut("database-cluster", "dbClusterParameterGroupName"),
        ["database-cluster: dbClusterParameterGroupName is no group of this stack, so nothing makes TLS mandatory"],
    ),
    (
        "rds-scram",
        parameter("database-cluster-parameters", "password_encryption", "md5"),
        ["database-cluster-parameters: password_encryption is md5; it must be scram-sha-256"],
    ),
    (
        "rds-scram",
        parameter("database-cluster-parameters", "rds.accepted_password_auth_method", None),
        ["database-cluster-parameters: rds.accepted_password_auth_method is not set; it must be scram"],
    ),
    (
        "rds-query-logging",
        parameter("database-cluster-parameters", "log_statement", "none"),
        ["database-cluster-parameters: log_statement is none; the limits allow all"],
    ),
    (
        "rds-query-logging",
        parameter("database-cluster-parameters", "log_min_duration_statement", "-1"),
        ["database-cluster-parameters: log_min_duration_statement is off; slow statements must be logged"],
    ),
    (
        "rds-log-statement-all",
        parameter("database-cluster-parameters", "log_statement", "all"),
        ["database-cluster-parameters: log_statement is all; statements with secrets in them reach the log"],
    ),
    ("rds-log-statement-all", parameter("database-cluster-parameters", "log_statement", "ddl"), []),
    (
        "rds-pgaudit",
        parameter("database-instance-parameters", "shared_preload_libraries", "pg_stat_statements"),
        ["database-instance-parameters: shared_preload_libraries doesn't have pgaudit"],
    ),
    (
        "rds-pgaudit",
        parameter("database-instance-parameters", "shared_preload_libraries", "pg_stat_statements, pgaudit"),
        [],
    ),
    (
        "rds-statement-statistics",
        parameter("database-instance-parameters", "shared_preload_libraries", None),
        ["database-instance-parameters: shared_preload_libraries doesn't have pg_stat_statements"],
    ),
    (
        "rds-apply-method",
        parameter("database-instance-parameters", "shared_preload_libraries", "pg_stat_statements"),
        [
            "database-instance-parameters: shared_preload_libraries has applyMethod immediate; AWS takes only pending-reboot for it"
        ],
    ),
    (
        "rds-parameter-family",
        put("database-cluster-parameters", "family", "aurora-postgresql16"),
        ["database-cluster-parameters: family is 'aurora-postgresql16'; the engine's is aurora-postgresql15"],
    ),
    (
        "rds-log-export",
        put("database-cluster", "enabledCloudwatchLogsExports", []),
        ["database-cluster: enabledCloudwatchLogsExports doesn't have postgresql"],
    ),
    (
        "rds-log-group",
        remove("database-logs"),
        [
            "database-cluster: log group /aws/rds/cluster/prod-db-cluster-main/postgresql is not in the stack; RDS makes it without key and retention"
        ],
    ),
    (
        "rds-log-group",
        part("database-cluster", "database-logs"),
        [
            "database-cluster: doesn't depend on log group /aws/rds/cluster/prod-db-cluster-main/postgresql; RDS may make it first"
        ],
    ),
    (
        "lambda-memory",
        put("lambda-app-function", "memorySize", 512),
        ["lambda-app-function: memorySize is 512; prod allows 4096"],
    ),
    (
        "lambda-memory",
        drop("lambda-app-function", "memorySize"),
        ["lambda-app-function: memorySize is 128; prod allows 4096"],
    ),
    ("lambda-cpu", config("lambdaCpu", "4"), ["stack: parity:lambdaCpu is 4; prod allows 2"]),
    (
        "lambda-concurrency",
        put("lambda-app-function", "reservedConcurrentExecutions", 1),
        ["lambda-app-function: reservedConcurrentExecutions is 1; prod allows 100"],
    ),
    (
        "lambda-concurrency",
        drop("lambda-app-function", "reservedConcurrentExecutions"),
        ["lambda-app-function: reservedConcurrentExecutions is -1; prod allows 100"],
    ),
    (
        "lambda-vpc",
        put("lambda-app-function", "vpcConfig.subnetIds", ["subnet-1"]),
        ["lambda-app-function: vpcConfig.subnetIds has 1 subnets; it needs two or more, in different zones"],
    ),
    (
        "lambda-vpc",
        put("secrets-rotation-function", "vpcConfig.securityGroupIds", []),
        [
            "secrets-rotation-function: vpcConfig.securityGroupIds is empty; the function needs a security group of its own"
        ],
    ),
    (
        "lambda-vpc",
        drop("lambda-app-function", "vpcConfig"),
        [
            "lambda-app-function: vpcConfig.subnetIds has 0 subnets; it needs two or more, in different zones",
            "lambda-app-function: vpcConfig.securityGroupIds is empty; the function needs a security group of its own",
        ],
    ),
    (
        "lambda-image-pinned",
        put("lambda-app-function", "imageUri", "registry.example/app:latest"),
        ["lambda-app-function: imageUri has no digest; write registry/repository@sha256:<64 hex digits>"],
    ),
    (
        "lambda-tracing",
        drop("lambda-app-function", "tracingConfig"),
        ["lambda-app-function: tracingConfig.mode is 'PassThrough'; it must be Active"],
    ),
    (
        "lambda-failure-path",
        put("lambda-app-function", "deadLetterConfig", {"targetArn": "arn"}),
        ["secrets-rotation-function: has neither deadLetterConfig nor a destination for failed events"],
    ),
    (
        "lambda-failure-path",
        every(
            put("lambda-app-function", "deadLetterConfig", {"targetArn": "arn:aws:sqs:us-east-1:123456789012:failed"}),
            add(tokens.EVENT_INVOKE_CONFIG, "on-failure", {}, functionName="secrets-rotation-function"),
        ),
        [],
    ),
    (
        "lambda-failure-path",
        put("lambda-app-function", "deadLetterConfig", {}),
        [
            "lambda-app-function: has neither deadLetterConfig nor a destination for failed events",
            "secrets-rotation-function: has neither deadLetterConfig nor a destination for failed events",
        ],
    ),
    (
        "lambda-code-signing",
        put("lambda-app-function", "memorySize", 1),
        ["secrets-rotation-function: codeSigningConfigArn is not set; Lambda takes a zip that nobody signed"],
    ),
    ("lambda-code-signing", put("secrets-rotation-function", "codeSigningConfigArn", "arn"), []),
    (
        "lambda-newest-runtime",
        put("secrets-rotation-function", "runtime", "python3.9"),
        ["secrets-rotation-function: runtime is 'python3.9'; the newest is python3.15"],
    ),
    ("lambda-newest-runtime", put("secrets-rotation-function", "runtime", "python3.15"), []),
    (
        "rds-backup-plan",
        add(tokens.BACKUP_SELECTION, "others", {}, resources="tap-key"),
        ["database-cluster: is in no AWS Backup plan of this stack; its backups are where the cluster is"],
    ),
    ("rds-backup-plan", add(tokens.BACKUP_SELECTION, "nightly", {}, resources="database-cluster"), []),
    (
        "lambda-failure-path",
        add(tokens.EVENT_INVOKE_CONFIG, "on-failure", {}, functionName="secrets-rotation-function"),
        ["lambda-app-function: has neither deadLetterConfig nor a destination for failed events"],
    ),
    (
        "lambda-environment",
        put("secrets-rotation-function", "environment.variables.DB_PASSWORD", "geheim"),
        ["secrets-rotation-function: variable DB_PASSWORD looks like a secret; pass the ARN of a secret"],
    ),
    (
        "lambda-environment",
        put("secrets-rotation-function", "environment.variables.TOKEN_ARN", "AKIAIOSFODNN7EXAMPLE"),
        ["secrets-rotation-function: variable TOKEN_ARN holds a key; pass the ARN of a secret"],
    ),
    (
        "lambda-environment",
        drop("lambda-app-function", "environment.variables.DB_PORT"),
        [
            "lambda-app-function: the variables are DB_ENDPOINT, DB_NAME, DB_SECRET_ARN, ENVIRONMENT_NAME; they must be DB_ENDPOINT, DB_NAME, DB_PORT, DB_SECRET_ARN, ENVIRONMENT_NAME everywhere"
        ],
    ),
    (
        "lambda-environment",
        put("lambda-app-function", "environment.variables.ENVIRONMENT_NAME", "dev"),
        ["lambda-app-function: variable ENVIRONMENT_NAME is not prod"],
    ),
    (
        "lambda-environment",
        drop("lambda-app-function", "environment"),
        [
            "lambda-app-function: environment is empty; it must have DB_ENDPOINT, DB_NAME, DB_PORT, DB_SECRET_ARN, ENVIRONMENT_NAME"
        ],
    ),
    ("lambda-environment", drop("secrets-rotation-function", "environment"), []),
    ("lambda-environment", put("secrets-rotation-function", "environment.variables", "none"), []),
    (
        "lambda-environment-own-key",
        drop("lambda-app-function", "kmsKeyArn"),
        ["lambda-app-function: kmsKeyArn is not set; it must be the stack's own key"],
    ),
    (
        "lambda-environment-own-key",
        cut("lambda-app-function", "kmsKeyArn"),
        ["lambda-app-function: kmsKeyArn is not a key of this stack; it must be the stack's own key"],
    ),
    (
        "lambda-not-public",
        put("secrets-rotation-permission", "principal", "*"),
        ["secrets-rotation-permission: principal is '*'; name one"],
    ),
    (
        "lambda-not-public",
        drop("secrets-rotation-permission", "sourceArn"),
        [
            "secrets-rotation-permission: secretsmanager.amazonaws.com isn't bound by sourceArn; it would call for other accounts too"
        ],
    ),
    ("lambda-not-public", put("secrets-rotation-permission", "principal", "123456789012"), []),
    (
        "lambda-not-public",
        add(tokens.FUNCTION_URL, "url", {"authorizationType": "NONE"}),
        ["url: authorizationType is not AWS_IAM; anybody could call the function"],
    ),
    ("lambda-not-public", add(tokens.FUNCTION_URL, "url", {"authorizationType": "AWS_IAM"}), []),
    (
        "lambda-not-public",
        put("secrets-rotation-permission", "action", "lambda:*"),
        ["secrets-rotation-permission: action is not lambda:InvokeFunction"],
    ),
    (
        "lambda-log-group",
        remove("lambda-app-logs"),
        [
            "lambda-app-function: log group /aws/lambda/prod-app-function-main is not in the stack; Lambda makes it without key and retention"
        ],
    ),
    (
        "lambda-log-group",
        part("lambda-app-function", "lambda-app-logs"),
        [
            "lambda-app-function: doesn't depend on log group /aws/lambda/prod-app-function-main; Lambda may make it first"
        ],
    ),
    ("iam-readable", put("lambda-app-policy", "policy", "no JSON"), ["lambda-app-policy: policy is not JSON"]),
    (
        "iam-readable",
        put("lambda-app-role", "assumeRolePolicy", "{}"),
        ["lambda-app-role: assumeRolePolicy has no statements"],
    ),
    (
        "iam-no-admin",
        document("lambda-app-policy", allow("*")),
        ["lambda-app-policy: policy: statement Given allows everything on everything"],
    ),
    (
        "iam-no-admin",
        document("lambda-app-policy", {"Effect": "Allow", "NotAction": "iam:*", "Resource": ["**"]}),
        ["lambda-app-policy: policy: a statement without Sid allows everything on everything"],
    ),
    ("iam-no-admin", put("lambda-app-policy", "policy", "no JSON"), []),
    (
        "iam-no-wildcards",
        document("lambda-app-policy", allow("s3:Get*", "arn:aws:s3:::bucket/key")),
        ["lambda-app-policy: policy: statement Given allows s3:get*; name the actions"],
    ),
    (
        "iam-no-wildcards",
        document("lambda-app-policy", allow(["s3:GetObject", "xray:PutTraceSegments"])),
        ["lambda-app-policy: policy: statement Given allows s3:getobject on every resource; name the resources"],
    ),
    (
        "iam-no-wildcards",
        document("lambda-app-policy", {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::bucket"}),
        [
            "lambda-app-policy: policy: a statement without Sid uses NotAction; name the actions",
            "lambda-app-policy: policy: a statement without Sid uses NotResource; name the resources",
        ],
    ),
    (
        "iam-no-wildcards",
        document(
            "lambda-app-policy",
            allow("sqs:SendMessage", ["arn:aws:sqs:us-east-1:*:queue", "arn:aws:s3:::*", "arn:aws:*:::x"]),
        ),
        [
            "lambda-app-policy: policy: statement Given is about arn:aws:sqs:us-east-1:*:queue; name the resource",
            "lambda-app-policy: policy: statement Given is about arn:aws:s3:::*; name the resource",
            "lambda-app-policy: policy: statement Given is about arn:aws:*:::x; name the resource",
        ],
    ),
    (
        "iam-kms-scoped",
        document("lambda-app-policy", allow("kms:Decrypt", "arn:aws:kms:us-east-1:1:key/*")),
        ["lambda-app-policy: policy: statement Given allows kms:Decrypt on all keys; name the key"],
    ),
    (
        "iam-kms-scoped",
        document("lambda-app-policy", allow("kms:*")),
        [
            "lambda-app-policy: policy: statement Given allows kms:Decrypt, kms:ReEncryptFrom, kms:GenerateDataKey, kms:CreateGrant on all keys; name the key"
        ],
    ),
    (
        "iam-no-escalation",
        document("lambda-app-policy", allow("iam:pass*", "arn:aws:iam::1:role/x")),
        ["lambda-app-policy: policy: statement Given allows iam:PassRole, with which a role can raise itself"],
    ),
    (
        "iam-identities",
        document("lambda-app-policy", allow(["iam:CreateAccessKey", "iam:GetRole"], "arn:aws:iam::1:user/x")),
        [
            "lambda-app-policy: policy: statement Given allows iam:createaccesskey; what a role may do to identities "
            "stands in policies/rules/iam.py"
        ],
    ),
    (
        "iam-identities",
        document("lambda-app-policy", allow("i*:create*", "*")),
        [
            "lambda-app-policy: policy: statement Given allows i*:create*; what a role may do to identities stands in "
            "policies/rules/iam.py"
        ],
    ),
    ("iam-identities", document("lambda-app-policy", allow("iam:GetRole", "arn:aws:iam::1:role/x")), []),
    (
        "iam-trust-scoped",
        drop("lambda-app-role", "assumeRolePolicy"),
        ["lambda-app-role: assumeRolePolicy is not set; say who assumes the role"],
    ),
    ("iam-trust-scoped", put("lambda-app-role", "assumeRolePolicy", "no JSON"), []),
    (
        "iam-trust-scoped",
        document("lambda-app-role", allow("sts:AssumeRole", Principal="*"), prop="assumeRolePolicy"),
        ["lambda-app-role: assumeRolePolicy: statement Given lets anybody assume the role"],
    ),
    (
        "iam-trust-scoped",
        document(
            "lambda-app-role", allow("sts:AssumeRole", Principal={"AWS": "123456789012"}), prop="assumeRolePolicy"
        ),
        ["lambda-app-role: assumeRolePolicy: statement Given lets a whole account assume the role"],
    ),
    (
        "iam-trust-scoped",
        document(
            "lambda-app-role",
            allow("sts:AssumeRole", Principal={"Service": "monitoring.rds.amazonaws.com"}),
            prop="assumeRolePolicy",
        ),
        [
            "lambda-app-role: assumeRolePolicy: statement Given doesn't bind Service:monitoring.rds.amazonaws.com by aws:SourceAccount"
        ],
    ),
    (
        "iam-boundary",
        drop("lambda-app-role", "permissionsBoundary"),
        ["lambda-app-role: permissionsBoundary is not set; whoever may write the role's policies gives it any right"],
    ),
    (
        "iam-boundary",
        put("lambda-app-role", "permissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"),
        [
            "lambda-app-role: permissionsBoundary is 'arn:aws:iam::aws:policy/AdministratorAccess'; it must be the stack's own, which the foundation makes"
        ],
    ),
    (
        "iam-no-managed-policies",
        add(tokens.MANAGED_POLICY_ATTACHMENT, "attached"),
        ["attached: a managed policy is attached; write the statements that the role needs into its own policy"],
    ),
    (
        "iam-no-managed-policies",
        put("lambda-app-role", "managedPolicyArns", ["arn"]),
        ["lambda-app-role: managedPolicyArns is set; write the statements that the role needs into its own policy"],
    ),
    (
        "iam-no-managed-policies",
        put("lambda-app-role", "inlinePolicies", [{"name": "x"}]),
        ["lambda-app-role: inlinePolicies is set, which fights with aws.iam.RolePolicy and is deprecated"],
    ),
    (
        "iam-inline-policies",
        remove("database-monitoring-policy", "lambda-app-policy", "secrets-rotation-policy"),
        [],
    ),
    (
        "iam-inline-policies",
        put("lambda-app-policy", "name", "prod-app-policy-main"),
        [
            "database-monitoring-policy: is an inline policy; some frameworks ask for a customer-managed one",
            "lambda-app-policy: is an inline policy; some frameworks ask for a customer-managed one",
            "secrets-rotation-policy: is an inline policy; some frameworks ask for a customer-managed one",
        ],
    ),
    (
        "sm-own-key",
        drop("secrets-credentials", "kmsKeyId"),
        ["secrets-credentials: kmsKeyId is not set; it must be the stack's own key"],
    ),
    (
        "sm-rotation",
        remove("secrets-schedule"),
        ["secrets-credentials: has no rotation; a password that never changes is everybody's in the end"],
    ),
    (
        "sm-rotation",
        add(tokens.ROTATION, "others", {"secretId": "arn", "rotationRules": {"automaticallyAfterDays": 91}}),
        ["others: the secret rotates every 91 days; the limits allow 30"],
    ),
    ("sm-rotation", put("secrets-schedule", "rotationEnabled", False), ["secrets-schedule: rotationEnabled is false"]),
    (
        "sm-rotation",
        put("secrets-schedule", "rotationRules", {"automaticallyAfterDays": 60}),
        ["secrets-schedule: the secret rotates every 60 days; the limits allow 30"],
    ),
    ("sm-rotation", put("secrets-schedule", "rotationRules", {"scheduleExpression": "rate(30 days)"}), []),
    (
        "sm-rotation",
        put("secrets-schedule", "rotationRules", {"scheduleExpression": "cron(0 3 1/10 * ? *)"}),
        ["secrets-schedule: the secret rotates every 10 days; the limits allow 30"],
    ),
    (
        "sm-rotation",
        drop("secrets-schedule", "rotationRules"),
        ["secrets-schedule: rotationRules has neither automaticallyAfterDays nor a schedule that can be read"],
    ),
    (
        "sm-rotation",
        cut("secrets-schedule", "rotationLambdaArn"),
        ["secrets-schedule: rotationLambdaArn is no function of this stack, so nothing rotates the secret"],
    ),
    (
        "sm-rotation",
        remove("secrets-rotation-permission"),
        [
            "secrets-schedule: secretsmanager.amazonaws.com may not call secrets-rotation-function for this secret; add a permission"
        ],
    ),
    (
        "sm-rotation",
        part("secrets-schedule", "secrets-rotation-permission"),
        ["secrets-schedule: doesn't depend on the permission; the first rotation would fail"],
    ),
    (
        "sm-rotation",
        put("secrets-schedule", "rotateImmediately", False),
        [
            "secrets-schedule: rotateImmediately is false; the secret would have no password until the first day of the schedule"
        ],
    ),
    (
        "sm-no-public",
        put("secrets-credentials-policy", "blockPublicPolicy", False),
        ["secrets-credentials-policy: blockPublicPolicy is not true; AWS then takes a policy that opens the secret"],
    ),
    (
        "sm-no-public",
        put("secrets-credentials-policy", "policy", "no JSON"),
        ["secrets-credentials-policy: policy is not JSON"],
    ),
    (
        "sm-no-public",
        document("secrets-credentials-policy", allow("secretsmanager:GetSecretValue", Principal={"AWS": "*"})),
        ["secrets-credentials-policy: policy: statement Given gives the secret to anybody"],
    ),
    (
        "sm-no-password-in-state",
        put("secrets-bootstrap", "secretString", '{"Password": "geheim"}'),
        [
            "secrets-bootstrap: secretString holds a password, which would stand in Pulumi's state; let the first rotation make it"
        ],
    ),
    (
        "log-retention",
        put("lambda-app-logs", "retentionInDays", 7),
        ["lambda-app-logs: retentionInDays is 7; prod allows 30"],
    ),
    (
        "log-retention",
        drop("lambda-app-logs", "retentionInDays"),
        ["lambda-app-logs: retentionInDays is 0 (not set); prod allows 30"],
    ),
    (
        "log-own-key",
        drop("lambda-app-logs", "kmsKeyId"),
        ["lambda-app-logs: kmsKeyId is not set; it must be the stack's own key"],
    ),
    (
        "sns-own-key",
        every(put("monitoring-topic", "kmsMasterKeyId", "alias/aws/sns"), cut("monitoring-topic", "kmsMasterKeyId")),
        ["monitoring-topic: kmsMasterKeyId is not a key of this stack; it must be the stack's own key"],
    ),
    ("sns-policy", put("monitoring-topic-policy", "policy", "no JSON"), []),
    (
        "sns-policy",
        document("monitoring-topic-policy", allow("sns:Publish", Principal="*")),
        [
            "monitoring-topic-policy: policy: statement Given lets anybody use the topic",
            "monitoring-topic-policy: policy doesn't deny sns:Publish where aws:SecureTransport is false",
        ],
    ),
    (
        "sns-policy",
        document(
            "monitoring-topic-policy",
            allow("sns:Publish", Principal={"Service": "cloudwatch.amazonaws.com"}),
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": False}},
            },
        ),
        [
            "monitoring-topic-policy: policy: statement Given doesn't bind Service:cloudwatch.amazonaws.com by aws:SourceAccount"
        ],
    ),
    (
        "sns-has-policy",
        remove("monitoring-topic-policy"),
        ["monitoring-topic: has no topic policy; CloudWatch's alarms may not publish to it"],
    ),
    (
        "sns-subscribed",
        put("monitoring-topic", "name", "prod-alarms-topic-main"),
        ["monitoring-topic: has no subscription in this stack"],
    ),
    ("sns-subscribed", add(tokens.SUBSCRIPTION, "mail", {}, topic="monitoring-topic"), []),
    (
        "alarm-actions",
        put("monitoring-app-errors", "actionsEnabled", False),
        ["monitoring-app-errors: actionsEnabled is false; the alarm tells nobody"],
    ),
    (
        "alarm-actions",
        put("monitoring-app-errors", "alarmActions", []),
        ["monitoring-app-errors: alarmActions is empty; it must be the stack's topic"],
    ),
    (
        "alarm-actions",
        cut("monitoring-app-errors", "okActions"),
        ["monitoring-app-errors: okActions is no topic of this stack"],
    ),
    (
        "alarm-coverage",
        remove("monitoring-db-aurora-replica-lag", "monitoring-app-throttles", "monitoring-app-duration"),
        [
            "database-cluster: has no alarm on AuroraReplicaLag",
            "lambda-app-function: has no alarm on Throttles",
            "lambda-app-function: has no alarm on Duration",
        ],
    ),
    (
        "alarm-coverage",
        put("monitoring-app-errors", "metricName", ["Errors"]),
        ["lambda-app-function: has no alarm on Errors"],
    ),
    (
        "alarm-thresholds",
        put("monitoring-app-errors", "threshold", 100),
        ["monitoring-app-errors: threshold is 100; prod allows 3"],
    ),
    (
        "alarm-thresholds",
        put("monitoring-app-duration", "threshold", 9000),
        ["monitoring-app-duration: threshold is 9000; prod allows 2000"],
    ),
    (
        "alarm-thresholds",
        put("monitoring-db-database-connections", "threshold", 900),
        ["monitoring-db-database-connections: threshold is 900; prod allows 200"],
    ),
    (
        "alarm-thresholds",
        put("monitoring-rotation-errors", "threshold", 5),
        ["monitoring-rotation-errors: threshold is 5; prod allows 0"],
    ),
    (
        "alarm-thresholds",
        put("monitoring-app-throttles", "threshold", 5),
        ["monitoring-app-throttles: threshold is 5; prod allows 0"],
    ),
    (
        "alarm-conditions",
        put("monitoring-db-freeable-memory", "comparisonOperator", "GreaterThanThreshold"),
        [
            "monitoring-db-freeable-memory: comparisonOperator is not LessThanThreshold; the alarm on FreeableMemory would never sound"
        ],
    ),
    (
        "alarm-conditions",
        every(
            put("monitoring-app-errors", "namespace", "AWS/RDS"), put("monitoring-app-errors", "statistic", "Average")
        ),
        [
            "monitoring-app-errors: namespace is not AWS/Lambda; the alarm on Errors would never sound",
            "monitoring-app-errors: the statistic of Errors is not Sum; the alarm would mean something else",
        ],
    ),
    (
        "alarm-conditions",
        put("monitoring-app-errors", "period", 86400),
        ["monitoring-app-errors: sounds after 86400 seconds (period times evaluationPeriods); at most 900 may pass"],
    ),
    (
        "alarm-conditions",
        drop("monitoring-app-errors", "evaluationPeriods"),
        ["monitoring-app-errors: sounds after 0 seconds (period times evaluationPeriods); at most 900 may pass"],
    ),
    ("alarm-conditions", put("monitoring-app-errors", "metricName", "Invocations"), []),
    (
        "alarm-missing-data",
        drop("monitoring-app-errors", "treatMissingData"),
        ["monitoring-app-errors: treatMissingData is not set; an alarm without data would say nothing"],
    ),
    (
        "sg-ingress",
        put("database-ingress-app", "ipProtocol", "-1"),
        ["database-ingress-app: ipProtocol is -1; name the protocol and the port"],
    ),
    (
        "sg-ingress",
        drop("database-ingress-app", "toPort"),
        ["database-ingress-app: fromPort and toPort are not both set; name the port"],
    ),
    (
        "sg-ingress",
        put("database-ingress-app", "toPort", 65535),
        ["database-ingress-app: lets ports 5432 to 65535 in; name the one port"],
    ),
    (
        "sg-ingress",
        drop("database-ingress-app", "referencedSecurityGroupId"),
        ["database-ingress-app: names no source; say which security group may come in"],
    ),
    (
        "sg-ingress",
        put("database-security-group", "ingress", [{"cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": ["::/0"]}]),
        [
            "database-security-group: lets '0.0.0.0/0' in, which is anybody",
            "database-security-group: lets '::/0' in, which is anybody",
        ],
    ),
    (
        "sg-ingress",
        put("database-security-group", "ingress", [{"fromPort": 22, "self": False}, "no block"]),
        ["database-security-group: names no source; say which security group may come in"],
    ),
    (
        "sg-egress",
        put("database-security-group", "egress", [{"cidrBlocks": ["0.0.0.0/0"]}]),
        ["database-security-group: lets everything out to '0.0.0.0/0'; name the security group or the range"],
    ),
    (
        "sg-hygiene",
        put("database-security-group", "description", " "),
        ["database-security-group: description is not set; say what the group or rule is for"],
    ),
    (
        "sg-hygiene",
        put("database-security-group", "description", "The team's; for <all>."),
        [
            "database-security-group: description has ' < >, which EC2 refuses; it takes a-z A-Z 0-9, spaces and "
            "._-:/()#,@[]+=&;{}!$*"
        ],
    ),
    ("sg-hygiene", put("database-security-group", "description", "For $1 (a/b): #2, x@y [z]+=&;{}!*_-."), []),
    (
        "sg-hygiene",
        put("database-ingress-app", "description", "x" * 256),
        ["database-ingress-app: description has 256 characters; EC2 takes 255"],
    ),
    (
        "sg-ingress",
        put("database-ingress-app", "cidrIpv4", "0.0.0.0/1"),
        ["database-ingress-app: lets '0.0.0.0/1' in, which is anybody"],
    ),
    (
        "sg-ingress",
        put("database-ingress-app", "cidrIpv6", "::/0"),
        ["database-ingress-app: lets '::/0' in, which is anybody"],
    ),
    (
        "sg-ingress",
        put("database-ingress-app", "cidrIpv4", "everywhere"),
        ["database-ingress-app: lets 'everywhere' in, which is anybody"],
    ),
    ("sg-ingress", put("database-ingress-app", "cidrIpv4", "10.0.0.0/8"), []),
    (
        "sg-database-ingress",
        cut("database-ingress-app", "referencedSecurityGroupId"),
        ["database-ingress-app: lets others than a security group of this stack reach the database"],
    ),
    (
        "sg-database-ingress",
        put("database-ingress-app", "fromPort", 22),
        ["database-ingress-app: opens port 22 of the database; it listens on 5432"],
    ),
    ("sg-database-ingress", cut("database-ingress-app", "securityGroupId"), []),
    (
        "sg-egress",
        put("lambda-app-egress-https", "ipProtocol", "-1"),
        ["lambda-app-egress-https: ipProtocol is -1; name the protocol and the port"],
    ),
    (
        "sg-egress",
        put("lambda-app-egress-https", "cidrIpv4", "0.0.0.0/0"),
        ["lambda-app-egress-https: lets everything out to '0.0.0.0/0'; name the security group or the range"],
    ),
    ("sg-egress", every(put("lambda-app-egress-https", "cidrIpv4", "0.0.0.0/0"), config("egress", "nat")), []),
    (
        "sg-egress",
        put("lambda-app-egress-https", "toPort", 65535),
        ["lambda-app-egress-https: lets ports 443 to 65535 out; name the one port"],
    ),
    (
        "sg-hygiene",
        drop("lambda-app-security-group", "description"),
        ["lambda-app-security-group: description is not set; say what the group or rule is for"],
    ),
    (
        "sg-hygiene",
        put("lambda-app-security-group", "ingress", [{"fromPort": 1}]),
        [
            "lambda-app-security-group: ingress has inline rules, which fight with rule resources; make each rule a resource"
        ],
    ),
    (
        "sg-rule-resources",
        add(tokens.SECURITY_GROUP_RULE, "old"),
        ["old: aws:ec2/securityGroupRule:SecurityGroupRule mixes with the newer rule resources; use those"],
    ),
    ("sg-attached", add(tokens.SECURITY_GROUP, "idle-group"), ["idle-group: belongs to nothing"]),
    ("sg-attached", remove("lambda-app-function"), ["lambda-app-security-group: belongs to nothing"]),
    (
        "own-parts",
        cut("lambda-app-function", "role"),
        [
            "lambda-app-function: role is no Role of this stack; what it names isn't judged, and may be changed by others"
        ],
    ),
    (
        "own-parts",
        cut("tap-key-alias", "targetKeyId"),
        [
            "tap-key-alias: targetKeyId is no Key of this stack; what it names isn't judged, and may be changed by others"
        ],
    ),
    (
        "names",
        drop("monitoring-topic", "name"),
        ["monitoring-topic: name is not set; AWS or Pulumi would choose a name without environment and suffix"],
    ),
    (
        "names",
        put("monitoring-topic", "name", "staging-alarms-topic-main"),
        ["monitoring-topic: name 'staging-alarms-topic-main' doesn't begin with prod-"],
    ),
    (
        "names",
        put("monitoring-topic", "name", "prod-alarms-topic-other"),
        ["monitoring-topic: name 'prod-alarms-topic-other' doesn't end with the suffix -main"],
    ),
    (
        "names-once",
        put("monitoring-app-throttles", "name", "prod-app-errors-alarm-main"),
        [
            "monitoring-app-throttles: name 'prod-app-errors-alarm-main' is the name of monitoring-app-errors too; AWS refuses it, or takes one for both"
        ],
    ),
    (
        "logical-names",
        add(tokens.TOPIC, "topic-prod"),
        ["topic-prod: the logical name 'topic-prod' has the environment in it; stacks couldn't be compared"],
    ),
    (
        "tags",
        drop("monitoring-topic", "tags"),
        ["monitoring-topic: tags lack Environment, EnvironmentSuffix, ManagedBy, Project"],
    ),
    (
        "tags",
        put("monitoring-topic", "tags", "mine"),
        ["monitoring-topic: tags lack Environment, EnvironmentSuffix, ManagedBy, Project"],
    ),
    (
        "tags",
        put("monitoring-topic", "tags.Environment", "dev"),
        ["monitoring-topic: tag Environment is 'dev'; it must be 'prod'"],
    ),
    ("tags", put("monitoring-topic", "tags.Project", ""), ["monitoring-topic: tags lack Project"]),
    (
        "no-default-tags",
        provider("defaultTags", '{"tags": {"Team": "x"}}'),
        ["stack: the provider sets defaultTags, which hide differences between tags; set tags on each resource"],
    ),
    (
        "no-ignore-changes",
        option("database-cluster", ignore_changes=("engineVersion",)),
        ["database-cluster: ignoreChanges hides engineVersion; drift there stays unseen"],
    ),
    ("no-ignore-changes", option("secrets-bootstrap", ignore_changes=("secretString",)), []),
    (
        "protection-consistent",
        option("database-cluster", protect=True),
        ["database-cluster: the option protect is true; with dataProtection ephemeral it must be false"],
    ),
    (
        "protection-consistent",
        every(
            put("database-cluster", "deletionProtection", True),
            put("database-cluster", "skipFinalSnapshot", False),
            put("database-cluster", "deleteAutomatedBackups", False),
        ),
        [
            "database-cluster: deletionProtection is true; with dataProtection ephemeral it must be false",
            "database-cluster: skipFinalSnapshot is false; with dataProtection ephemeral it must be true",
            "database-cluster: deleteAutomatedBackups is false; with dataProtection ephemeral it must be true",
        ],
    ),
    (
        "protection-consistent",
        drop("secrets-credentials", "recoveryWindowInDays"),
        [
            "secrets-credentials: recoveryWindowInDays is 30; with dataProtection ephemeral it must be 0, or the name can't be used again"
        ],
    ),
    (
        "protection-consistent",
        put("secrets-credentials", "recoveryWindowInDays", "soon"),
        [
            "secrets-credentials: recoveryWindowInDays is 30; with dataProtection ephemeral it must be 0, or the name can't be used again"
        ],
    ),
    (
        "protection-consistent",
        every(put("database-logs", "skipDestroy", True), put("lambda-app-function", "skipDestroy", True)),
        [
            "database-logs: skipDestroy is true; a destroyed stack must leave nothing behind",
            "lambda-app-function: skipDestroy is true; a destroyed stack must leave nothing behind",
        ],
    ),
    (
        "protection-consistent",
        config("dataProtection", "protected"),
        [
            "tap-key: the option protect is false; with dataProtection protected it must be true",
            "database-logs: the option protect is false; with dataProtection protected it must be true",
            "database-logs: deletionProtectionEnabled is false; with dataProtection protected it must be true",
            "database-cluster: the option protect is false; with dataProtection protected it must be true",
            "database-cluster: deletionProtection is false; with dataProtection protected it must be true",
            "database-cluster: skipFinalSnapshot is true; with dataProtection protected it must be false",
            "database-cluster: deleteAutomatedBackups is true; with dataProtection protected it must be false",
            "database-cluster: finalSnapshotIdentifier is not set; AWS then refuses to delete the cluster",
            "database-instance-0: the option protect is false; with dataProtection protected it must be true",
            "database-instance-1: the option protect is false; with dataProtection protected it must be true",
            "lambda-app-logs: the option protect is false; with dataProtection protected it must be true",
            "lambda-app-logs: deletionProtectionEnabled is false; with dataProtection protected it must be true",
            "secrets-credentials: the option protect is false; with dataProtection protected it must be true",
            "secrets-credentials: recoveryWindowInDays is 0; with dataProtection protected it must be 7 to 30",
            "secrets-rotation-logs: the option protect is false; with dataProtection protected it must be true",
            "secrets-rotation-logs: deletionProtectionEnabled is false; with dataProtection protected it must be true",
        ],
    ),
    (
        "protection-consistent",
        every(
            config("dataProtection", "protected"),
            remove("database-cluster"),
            put("secrets-credentials", "recoveryWindowInDays", 31),
        ),
        [
            "tap-key: the option protect is false; with dataProtection protected it must be true",
            "database-logs: the option protect is false; with dataProtection protected it must be true",
            "database-logs: deletionProtectionEnabled is false; with dataProtection protected it must be true",
            "database-instance-0: the option protect is false; with dataProtection protected it must be true",
            "database-instance-1: the option protect is false; with dataProtection protected it must be true",
            "lambda-app-logs: the option protect is false; with dataProtection protected it must be true",
            "lambda-app-logs: deletionProtectionEnabled is false; with dataProtection protected it must be true",
            "secrets-credentials: the option protect is false; with dataProtection protected it must be true",
            "secrets-credentials: recoveryWindowInDays is 31; with dataProtection protected it must be 7 to 30",
            "secrets-rotation-logs: the option protect is false; with dataProtection protected it must be true",
            "secrets-rotation-logs: deletionProtectionEnabled is false; with dataProtection protected it must be true",
        ],
    ),
    (
        "data-protected",
        config("dataProtection", "ephemeral"),
        ["database-cluster: dataProtection is ephemeral in prod; one destroy loses the data"],
    ),
    ("data-protected", config("dataProtection", "protected"), []),
    (
        "protection-allowed",
        every(limit(data_protection=["ephemeral"]), config("dataProtection", "protected")),
        ["stack: parity:dataProtection is 'protected'; prod allows ephemeral"],
    ),
    (
        "environment",
        config("environment", "staging"),
        [
            "stack: the stack's name names prod, parity:environment names staging; they must agree",
            "stack: resources are in us-east-1; staging is in us-west-2",
        ],
    ),
    ("environment", provider("region", "eu-central-1"), ["stack: resources are in eu-central-1; prod is in us-east-1"]),
    (
        "environment",
        put("monitoring-topic", "region", "eu-west-1"),
        ["stack: resources are in eu-west-1; prod is in us-east-1"],
    ),
    (
        "environment",
        every(limit(account="123456789012"), provider("allowedAccountIds", '["1", "123456789012"]')),
        ['stack: the provider allows accounts ["1", "123456789012"]; prod is account 123456789012 alone'],
    ),
    ("environment", every(limit(account="123456789012"), provider("allowedAccountIds", '["123456789012"]')), []),
    (
        "environment",
        every(limit(account="123456789012"), provider("allowedAccountIds", "1")),
        ["stack: the provider allows accounts 1; prod is account 123456789012 alone"],
    ),
    (
        "environment",
        every(limit(account="123456789012"), provider("allowedAccountIds", "one")),
        ['stack: the provider allows accounts ["one"]; prod is account 123456789012 alone'],
    ),
    ("environment", limit(account="123456789012"), []),
    ("environment", every(provider("region", 7), provider("allowedAccountIds", '["1"]')), []),
    (
        "exemptions",
        exempt("rds-copy-tags", resource="database-cluster"),
        [],
    ),
    (
        "exemptions",
        exempt("rds-copy-tag"),
        ["stack: rds-copy-tag for * in prod: there is no such rule; did you mean 'rds-copy-tags'?"],
    ),
    (
        "exemptions",
        exempt("rds-copy-tags", environment="prd"),
        ["stack: rds-copy-tags for * in prd: there is no such environment; did you mean 'prod'?"],
    ),
    ("exemptions", exempt("rds-copy-tags", environment="dev"), []),
    (
        "exemptions",
        exempt("rds-copy-tags", days=-1),
        ["stack: rds-copy-tags for * in prod: expired on 2026-12-31; mend the resource and remove the exemption"],
    ),
    (
        "exemptions",
        exempt("rds-copy-tags", days=31),
        ["stack: rds-copy-tags for * in prod: expires on 2027-02-01, more than the 30 days ahead that prod allows"],
    ),
    (
        "exemptions",
        exempt("rds-encrypted"),
        ["stack: rds-encrypted for * in prod: prod allows no exemption from a critical rule"],
    ),
    (
        "exemptions-expiring",
        exempt("rds-copy-tags", days=14),
        [
            "stack: rds-copy-tags for * in prod: nothing needs it yet, or any more; remove the exemption",
            "stack: rds-copy-tags for * in prod: expires on 2027-01-15, in 14 days; mend the resource before",
        ],
    ),
    (
        "exemptions-expiring",
        exempt("rds-copy-tags", days=15),
        ["stack: rds-copy-tags for * in prod: nothing needs it yet, or any more; remove the exemption"],
    ),
    ("exemptions-expiring", exempt("rds-copy-tag", days=15), []),
    ("exemptions-expiring", exempt("rds-copy-tags", days=15, environment="dev"), []),
)
