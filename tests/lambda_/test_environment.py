"""The rotation function's environment is read whole, and all that is wrong in it is told at once."""

import pytest

ENVIRONMENT = {
    "SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:name-AbCdEf",
    "MASTER_SECRET_ARN": "arn:master",
    "DB_HOST": "localhost",
    "DB_PORT": "5432",
    "DB_NAME": "app",
    "DB_USERNAME": "app_user",
    "ENVIRONMENT_NAME": "test",
}


def test_the_environment_is_read_whole(rotation):
    anchors = rotation.anchors.read_anchors(ENVIRONMENT | {"PASSWORD_LENGTH": "41", "DB_CA_BUNDLE": "/x"})
    assert (anchors.port, anchors.password_length, str(anchors.bundle)) == (5432, 41, "/x")
    assert rotation.anchors.read_anchors(ENVIRONMENT).bundle.name == "rds-global-bundle.pem"
    assert rotation.anchors.read_anchors(ENVIRONMENT | {"MASTER_SECRET_ARN": ""}).master_secret_arn is None


def test_every_variable_that_is_missing_is_told_at_once(rotation):
    with pytest.raises(rotation.failures.ConfigError) as caught:
        rotation.anchors.read_anchors({})
    names = ("SECRET_ARN", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USERNAME", "ENVIRONMENT_NAME")
    assert str(caught.value) == "environment of the function: " + "; ".join(f"{name} is not set" for name in names)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DB_PORT", "0", "DB_PORT is no number from 1 to 65535"),
        ("DB_PORT", "٣", "DB_PORT is no number from 1 to 65535"),
        ("DB_PORT", "-1", "DB_PORT is no number from 1 to 65535"),
        ("PASSWORD_LENGTH", "15", "PASSWORD_LENGTH is no number from 16 to 41"),
        ("PASSWORD_LENGTH", "42", "PASSWORD_LENGTH is no number from 16 to 41"),
        ("DB_USERNAME", "x" * 64, "DB_USERNAME is no role's name; at most 63 bytes are allowed"),
        ("DB_USERNAME", "ö" * 32, "DB_USERNAME is no role's name; at most 63 bytes are allowed"),
        ("DB_USERNAME", "a\0b", "DB_USERNAME is no role's name; at most 63 bytes are allowed"),
    ],
)
def test_a_variable_that_is_wrong_is_told(rotation, name, value, message):
    with pytest.raises(rotation.failures.ConfigError, match=message):
        rotation.anchors.read_anchors(ENVIRONMENT | {name: value})
