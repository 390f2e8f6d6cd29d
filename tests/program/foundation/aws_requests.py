"""The calls that make what the foundation registers in AWS, as AWS's own models know them: which input goes where."""

from tests.program.service.aws_requests import model, shaped
from tests.program.service.aws_requests import requests as of_the_service

# The call for each type that only the foundation makes, and what its inputs are called there.
MADE_BY = {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        "ecr",
        "PutLifecyclePolicy",
        {"repository": "repositoryName", "policy": "lifecyclePolicyText"},
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": ("ecr", "PutReplicationConfiguration", {}),
    "aws:ecr/repository:Repository": ("ecr", "CreateRepository", {"name": "repositoryName"}),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (
        "ecr",
        "SetRepositoryPolicy",
        {"repository": "repositoryName", "policy": "policyText"},
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "iam",
        "CreateOpenIDConnectProvider",
        {"clientIdLists": "ClientIDList"},
    ),
    "aws:iam/policy:Policy": ("iam", "CreatePolicy", {"name": "PolicyName", "policy": "PolicyDocument"}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("iam", "AttachRolePolicy", {"role": "RoleName"}),
    "aws:s3/bucket:Bucket": ("s3", "CreateBucket", {}),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        "s3",
        "PutBucketLifecycleConfiguration",
        {"rules": "LifecycleConfiguration"},
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        "s3",
        "PutBucketOwnershipControls",
        {"rule": "OwnershipControls"},
    ),
    "aws:s3/bucketPolicy:BucketPolicy": ("s3", "PutBucketPolicy", {}),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("s3", "PutPublicAccessBlock", {}),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3",
        "PutBucketEncryption",
        {"rules": "ServerSideEncryptionConfiguration"},
    ),
    "aws:s3/bucketVersioning:BucketVersioning": ("s3", "PutBucketVersioning", {}),
}
# What AWS is told in the client's place, or in calls of their own.
NOT_TOLD = {"forceDestroy", "forceDelete", "region"}
# How AWS writes what its models know by one word more.
SPELLED = {"kmsMasterKeyId": "KMSMasterKeyID", "sseAlgorithm": "SSEAlgorithm", "id": "ID"}


def requests(item):
    """Yield the service, the operation and the parameters of each call for the registered resource."""
    if item.type not in MADE_BY:
        yield from of_the_service(item)
        if item.type == "aws:kms/key:Key":
            yield "kms", "EnableKeyRotation", {"KeyId": item.outputs["id"]}
        return
    service, operation, names = MADE_BY[item.type]
    members = model(service).operation_model(operation).input_shape.members
    told = {key: value for key, value in item.inputs.items() if key not in NOT_TOLD}
    if item.type == "aws:s3/bucket:Bucket":
        tags = told.pop("tags")
        yield service, operation, {"Bucket": told["bucket"]}
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
        yield service, "PutBucketTagging", {"Bucket": told["bucket"], "Tagging": {"TagSet": given}}
        return
    found = {}
    for key, value in _blocks(item.type, told).items():
        name = names.get(key) or next((name for name in members if name.lower() == key.lower()), None)
        assert name in members, f"{operation} takes no {key}: say where it goes, or that AWS is not told of it"
        found[name] = shaped(members[name], _spelled(value, members[name]), key)
    yield service, operation, found


def _blocks(type_, told):
    """The inputs in the blocks that AWS has, where the provider's are lists of one or have no block."""
    found = dict(told)
    if type_.startswith("aws:s3/bucketPublicAccessBlock:"):
        bucket = found.pop("bucket")
        return {"bucket": bucket, "publicAccessBlockConfiguration": found}
    if type_.startswith("aws:s3/bucketOwnershipControls:"):
        return {**found, "rule": {"rules": [found["rule"]]}}
    if "rules" in found:
        return {**found, "rules": {"rules": found["rules"]}}
    if "encryptionConfigurations" in found:
        (encryption,) = found.pop("encryptionConfigurations")
        return {**found, "encryptionConfiguration": encryption}
    return found


def _spelled(value, shape):
    if isinstance(value, list):
        return [_spelled(item, getattr(shape, "member", None)) for item in value]
    if isinstance(value, dict) and shape is not None and shape.type_name == "structure":
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        return {
            members[SPELLED.get(key, key).lower()][0]: _spelled(item, members[SPELLED.get(key, key).lower()][1])
            for key, item in value.items()
        }
    return value
