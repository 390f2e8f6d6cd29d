"""What nobody may do by a role, whoever got hold of it: the attack in words, by which role, the request."""

from dataclasses import dataclass

from tests.program.foundation.authorizer import Request
from tests.program.foundation.world import ACCOUNT, document, review, world

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = document({"Effect": "Allow", "Action": "*", "Resource": "*"})


@dataclass(frozen=True)
class Attack:
    """One attack: in words, in whose world, by which role, and the request that must be denied."""

    name: str
    by: str
    request: Request
    # Where the resource that is attacked stands, with its own policy; the attacker's own place where it is None.
    of: object = None
    place: object = world

    def is_denied(self):
        attacker = self.place()
        victim = (self.of or self.place)()
        principal = attacker.principal(self.by)
        return not victim.allows(principal, self.request)


def prod():
    return world("prod")


def orders():
    """Another project's copy of the same environment and suffix."""
    return world("dev", "main", 0, "orders")


def team2():
    """A copy beside dev's own, whose suffix ends like it."""
    return world("dev", "team2-main")


def _of(place, action, name, **context):
    return Request(action, place().arn(name), {"aws:RequestedRegion": place().copy.region, **context})


def _iam(action, role, **context):
    return Request(
        f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:role/{role}", {k.replace("_", ":"): v for k, v in context.items()}
    )


def _file(action, file):
    return Request(f"s3:{action}", f"arn:aws:s3:::parity-state/.pulumi/{file}")


def _via(service, region="us-east-2"):
    return {"kms:ViaService": f"{service}.{region}.amazonaws.com"}


def _tags(place, kind):
    return {f"aws:{kind}Tag/{key}": value for key, value in place().copy.tags.items()}


def _group(place):
    region = place().copy.region
    return f"arn:aws:ec2:{region}:{ACCOUNT}:security-group/sg-of-another"


def attacks():
    """Return every attack; each is denied."""
    other_key = team2().arn("tap-key")
    boundary = world().copy.boundary
    return [
        # To become administrator.
        Attack("make a role without a boundary", "deploy", _iam("CreateRole", "dev-app-role-main")),
        Attack(
            "make a role with another boundary",
            "deploy",
            _iam("CreateRole", "dev-app-role-main", iam_PermissionsBoundary=ADMINISTRATOR),
        ),
        Attack("make a role of another name", "deploy", _iam("CreateRole", "admin", iam_PermissionsBoundary=boundary)),
        Attack("write a role's policy where it has no boundary", "deploy", _iam("PutRolePolicy", "dev-app-role-main")),
        Attack("write its own policy", "deploy", _iam("PutRolePolicy", "dev-parity-deploy-main")),
        Attack("write its own trust", "deploy", _iam("UpdateAssumeRolePolicy", "dev-parity-deploy-main")),
        Attack("take a role's boundary off", "deploy", _iam("DeleteRolePermissionsBoundary", "dev-app-role-main")),
        Attack(
            "give a role a wider boundary",
            "deploy",
            _iam("PutRolePermissionsBoundary", "dev-app-role-main", iam_PermissionsBoundary=ADMINISTRATOR),
        ),
        Attack("attach a managed policy", "deploy", _iam("AttachRolePolicy", "dev-app-role-main")),
        Attack(
            "change the boundary itself",
            "deploy",
            Request("iam:CreatePolicyVersion", boundary),
        ),
        Attack(
            "give a role to a machine",
            "deploy",
            _iam("PassRole", "dev-app-role-main", iam_PassedToService="ec2.amazonaws.com"),
        ),
        Attack(
            "give an administrator's role to a function",
            "deploy",
            _iam("PassRole", "admin", iam_PassedToService="lambda.amazonaws.com"),
        ),
        Attack("make a user", "deploy", Request("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/me")),
        # Another copy's key.
        *(
            Attack(f"{action} of another copy's key", "deploy", Request(f"kms:{action}", other_key), of=team2)
            for action in (
                "PutKeyPolicy",
                "ScheduleKeyDeletion",
                "CreateAlias",
                "CreateGrant",
                "Decrypt",
                "UntagResource",
            )
        ),
        Attack(
            "use another copy's key through RDS",
            "deploy",
            Request("kms:CreateGrant", other_key, {**_via("rds"), "kms:GrantIsForAWSResource": "true"}),
            of=team2,
        ),
        Attack(
            "take a key over that has the copy's tags",
            "deploy",
            Request("kms:PutKeyPolicy", other_key, _tags(world, "Resource")),
            of=team2,
        ),
        Attack(
            "decrypt another copy's variables",
            "drift",
            Request("kms:Decrypt", other_key, _via("lambda")),
            of=team2,
        ),
        Attack("decrypt with its own key, past the services", "deploy", Request("kms:Decrypt", world().arn("tap-key"))),
        Attack("decrypt with its own key, past the services", "drift", Request("kms:Decrypt", world().arn("tap-key"))),
        Attack("change its own key", "drift", Request("kms:PutKeyPolicy", world().arn("tap-key"))),
        Attack(
            "make a key with another copy's tags",
            "deploy",
            Request("kms:CreateKey", "*", {"aws:RequestedRegion": "us-east-2", **_tags(team2, "Request")}),
        ),
        # Another copy's secret, database, function, logs, topic.
        *(
            Attack(f"{action} of a copy whose suffix ends alike", "deploy", _of(team2, action, name), of=team2)
            for action, name in (
                ("secretsmanager:GetSecretValue", "secrets-credentials"),
                ("secretsmanager:DeleteSecret", "secrets-credentials"),
                ("rds:ModifyDBCluster", "database-cluster"),
                ("rds:DeleteDBCluster", "database-cluster"),
                ("rds:DeleteDBInstance", "database-instance-0"),
                ("lambda:UpdateFunctionCode", "lambda-app-function"),
                ("lambda:InvokeFunction", "secrets-rotation-function"),
                ("sns:SetTopicAttributes", "monitoring-topic"),
                ("iam:PutRolePolicy", "lambda-app-role"),
                ("cloudwatch:DeleteAlarms", "monitoring-app-errors"),
            )
        ),
        Attack(
            "read another environment's secret",
            "deploy",
            _of(prod, "secretsmanager:GetSecretValue", "secrets-credentials"),
            of=prod,
        ),
        Attack(
            "read another environment's secret",
            "drift",
            _of(prod, "secretsmanager:GetSecretValue", "secrets-credentials"),
            of=prod,
        ),
        Attack("read the copy's secret", "preview", _of(world, "secretsmanager:GetSecretValue", "secrets-credentials")),
        Attack(
            "read the master's secret",
            "deploy",
            Request(
                "secretsmanager:GetSecretValue",
                f"arn:aws:secretsmanager:us-east-2:{ACCOUNT}:secret:rds!cluster-x-abcdef",
            ),
        ),
        Attack("delete a stranger's security group", "deploy", Request("ec2:DeleteSecurityGroup", _group(world))),
        Attack(
            "delete another copy's security group",
            "deploy",
            Request("ec2:DeleteSecurityGroup", _group(world), _tags(team2, "Resource")),
        ),
        Attack(
            "tag a stranger's security group as its own",
            "deploy",
            Request("ec2:CreateTags", _group(world), _tags(world, "Request")),
        ),
        Attack(
            "list in another region",
            "deploy",
            Request("secretsmanager:ListSecrets", "*", {"aws:RequestedRegion": "eu-west-1"}),
        ),
        Attack(
            "delete the database of another prefix",
            "deploy",
            _of(orders, "rds:DeleteDBCluster", "database-cluster"),
            of=orders,
        ),
        # The review role, which anybody who may push a branch can use.
        Attack(
            "a review stack changes dev",
            "review",
            _of(world, "rds:DeleteDBCluster", "database-cluster"),
            of=world,
            place=review,
        ),
        Attack(
            "a review stack reads dev's secret",
            "review",
            _of(world, "secretsmanager:GetSecretValue", "secrets-credentials"),
            of=world,
            place=review,
        ),
        Attack(
            "a review stack uses dev's key",
            "review",
            Request("kms:Decrypt", world().arn("tap-key"), _via("secretsmanager")),
            of=world,
            place=review,
        ),
        Attack(
            "a review stack's role has dev's boundary",
            "review",
            _iam("CreateRole", "dev-app-role-pr-7", iam_PermissionsBoundary=boundary),
            place=review,
        ),
        # The state.
        *(
            Attack(f"{who} reads another stack's state", who, _file("GetObject", "stacks/parity/prod.json"))
            for who in ("preview", "drift", "deploy")
        ),
        Attack(
            "a review stack reads dev's state", "review", _file("GetObject", "stacks/parity/dev.json"), place=review
        ),
        Attack(
            "a preview reads another network's state",
            "preview",
            _file("GetObject", "stacks/networking-stack/prod.json"),
        ),
        Attack("a preview writes its stack's state", "preview", _file("PutObject", "stacks/parity/dev.json")),
        Attack(
            "a deployment writes its network's state", "deploy", _file("PutObject", "stacks/networking-stack/dev.json")
        ),
        Attack(
            "a deployment writes the foundation's state", "deploy", _file("PutObject", "stacks/foundation/main.json")
        ),
        *(
            Attack(
                f"{who} decrypts another environment's secrets in the state",
                who,
                Request("kms:Decrypt", world().state_key("secrets-key-prod")),
            )
            for who in ("preview", "drift", "deploy")
        ),
        Attack(
            "a preview decrypts the bucket's objects past S3",
            "preview",
            Request("kms:Decrypt", world().state_key("bucket-key")),
        ),
    ]
