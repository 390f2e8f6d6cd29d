"""Functions and permissions to call them."""

from policies import tokens
from tests.engine.ground import IMAGE, NETWORK
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, gone, made, too_small

_LOST = {"securityGroupIds": [NOWHERE]}
_OTHER_REGION = IMAGE.replace("eu-west-1", "us-east-1")
_ENVIRONMENT = {"variables": {"A": "long" * 10}}
_INVALID = "InvalidParameterValueException"


def no_such_image(ground, file):
    """Make a function of an image that the repository doesn't have."""
    ground.inputs(tokens.FUNCTION)
    with file.change() as contents:
        contents.no_images.append(IMAGE)
    return lambda: ground.make(tokens.FUNCTION)


def statement_twice(ground, _file):
    """Permit twice by a statement of one name."""
    ground.make(tokens.PERMISSION, statementId="twice")
    return lambda: ground.make(tokens.PERMISSION, logical="two", statementId="twice")


def _vpc(**changes):
    return {"subnetIds": NETWORK["privateSubnetIds"], "securityGroupIds": []} | changes


CASES = [
    Case("UpdateFunctionConfiguration", "ResourceNotFoundException", "a-function", gone(tokens.FUNCTION)),
    Case("CreateFunction", "ResourceConflictException", "a-function", again(tokens.FUNCTION)),
    Case("CreateFunction", _INVALID, "archive", made(tokens.FUNCTION, packageType="Zip", imageUri=None)),
    Case("CreateFunction", _INVALID, "source image None", made(tokens.FUNCTION, imageUri=None)),
    Case("CreateFunction", _INVALID, "ECR of eu-west-1", made(tokens.FUNCTION, imageUri=_OTHER_REGION)),
    Case("CreateFunction", _INVALID, "is not valid", no_such_image),
    Case("UpdateFunctionCode", _INVALID, "source image", changed(tokens.FUNCTION, imageUri=_OTHER_REGION)),
    Case("PutFunctionConcurrency", _INVALID, "leave 99", made(tokens.FUNCTION, reservedConcurrentExecutions=901)),
    Case("PutFunctionConcurrency", _INVALID, "leave 99", changed(tokens.FUNCTION, reservedConcurrentExecutions=901)),
    Case("AddPermission", "ResourceNotFoundException", NOWHERE, made(tokens.PERMISSION, function=NOWHERE)),
    Case("AddPermission", "ResourceConflictException", "twice", statement_twice),
]
for _operation, _how in (("CreateFunction", made), ("UpdateFunctionConfiguration", changed)):
    CASES += [
        Case(_operation, _INVALID, f"role: {NOWHERE}", _how(tokens.FUNCTION, role=NOWHERE)),
        Case(_operation, _INVALID, "vpcConfig.securityGroupIds", _how(tokens.FUNCTION, vpcConfig=_vpc(**_LOST))),
        Case(_operation, _INVALID, "subnetIds", _how(tokens.FUNCTION, vpcConfig=_vpc(subnetIds=[NOWHERE]))),
        Case(_operation, _INVALID, f"kmsKeyArn: {NOWHERE}", _how(tokens.FUNCTION, kmsKeyArn=NOWHERE)),
        Case(
            _operation,
            _INVALID,
            "in 0 security groups",
            too_small(tokens.FUNCTION, "security groups of a network interface", 0, _how),
        ),
        Case(
            _operation,
            _INVALID,
            "9 bytes",
            too_small(tokens.FUNCTION, "bytes of environment variables", 9, _how, environment=_ENVIRONMENT),
        ),
    ]
