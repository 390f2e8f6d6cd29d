"""Secrets, their versions, policies and rotation."""

from policies import tokens
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, gone, made
from tests.engine.refusals.secretsmanager import SECRET_VERSION


def recoverable(ground, _file):
    """Make a secret of a name that can still be restored."""
    ground.make(tokens.SECRET, recoveryWindowInDays=30).delete()
    return lambda: ground.make(tokens.SECRET)


def encrypted_with_no_key(ground, _file):
    """Put a value into a secret whose key is gone."""
    key = ground.the(tokens.KEY)
    secret = ground.make(tokens.SECRET, kmsKeyId=key.outputs["arn"])
    key.delete()
    return lambda: ground.client.create(SECRET_VERSION, {"secretId": secret.id, "secretString": "{}"})


def not_permitted(how):
    """Rotate by a function that doesn't let Secrets Manager call it."""

    def prepare(ground, _file):
        if how == "make":
            ground.inputs(tokens.ROTATION)
            return lambda: ground.make(tokens.ROTATION)
        permission = ground.make(tokens.PERMISSION)
        rotation = ground.make(tokens.ROTATION)
        permission.delete()
        return lambda: rotation.update(rotationRules={"automaticallyAfterDays": 7})

    return prepare


def no_such_secret(how):
    """Rotate a secret that isn't there."""

    def prepare(ground, file):
        ground.make(tokens.PERMISSION, sourceArn=None)
        return how(tokens.ROTATION, secretId=NOWHERE)(ground, file)

    return prepare


CASES = [
    Case("UpdateSecret", "ResourceNotFoundException", "a-secret", gone(tokens.SECRET)),
    Case("CreateSecret", "ResourceExistsException", "a-secret", again(tokens.SECRET)),
    Case("CreateSecret", "InvalidRequestException", "scheduled for deletion", recoverable),
    Case("CreateSecret", "LimitExceededException", "0 secrets", full(tokens.SECRET, "secrets")),
    Case("PutSecretValue", "ResourceNotFoundException", NOWHERE, made(SECRET_VERSION, secretId=NOWHERE)),
    Case("PutSecretValue", "EncryptionFailure", "can't be used", encrypted_with_no_key),
    Case("PutResourcePolicy", "ResourceNotFoundException", NOWHERE, made(tokens.SECRET_POLICY, secretArn=NOWHERE)),
    Case("PutResourcePolicy", "ResourceNotFoundException", NOWHERE, changed(tokens.SECRET_POLICY, secretArn=NOWHERE)),
    Case("RotateSecret", "ResourceNotFoundException", NOWHERE, no_such_secret(made)),
    Case("RotateSecret", "ResourceNotFoundException", NOWHERE, no_such_secret(changed)),
    Case("RotateSecret", "AccessDeniedException", "cannot invoke", not_permitted("make")),
    Case("RotateSecret", "AccessDeniedException", "cannot invoke", not_permitted("change")),
]
