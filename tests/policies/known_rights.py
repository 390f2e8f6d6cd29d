"""What each role of the foundation may be allowed: `python -m tests.policies.known_rights` writes it anew.

The rights are derived for a stack whose names are placeholders, so that one entry is known for every stack.
"""

import json

import yaml

from policies.known.tables import FOLDER, known_calls
from program.foundation.rights.inventory import file_of, word_of
from program.foundation.rights.places import Copy
from program.foundation.rights.roles import (
    copy_boundary,
    foundation_roles,
    image_role,
    role_kinds,
    stack_roles,
    workflow_boundary,
)
from program.foundation.rights.state import REVIEW_STACKS, StackFiles, State
from program.foundation.rights.trust import Repository
from program.project.definition import FOUNDATION, NETWORK

FILE = FOLDER / "foundation" / "rights.yaml"
REPOSITORY = Repository(
    name="${config.github:owner}/${config.repository}", id="${config.repositoryId}", subject="${config.tokenSubject}"
)
REGION = "${config.aws:region}"
_HEAD = """\
# yaml-language-server: $schema=../known.schema.json
#
# Written by `python -m tests.policies.known_rights`, from the calls that AWS gets (policies/known): change those, not
# this. Every role of the workflows with all that it may ever be allowed and by whom it is taken on, and the
# boundaries. The words are those of the stack that a role acts on: ${environment}, ${suffix}, ${copy.called}.

"""
_ROLE = {
    "reason": "A role for each GitHub environment, and none for anything else.",
    "onlyNamed": True,
    "documents": ["assumeRolePolicy"],
    "answer": {"arn": "arn:aws:iam::${account}:role/${name}", "id": "${name}", "name": "${name}"},
    "properties": {
        "assumeRolePolicy": {"rule": "known-grants"},
        "description": {"free": "Words for people."},
        "forceDetachPolicies": {"is": False},
        "maxSessionDuration": {"is": 7200},
        "path": {"is": "/"},
        "permissionsBoundary": {"rule": "iam-boundary"},
        "tags": {"rule": "tags"},
        "tags.*": {"rule": "tags"},
    },
}
_POLICY = {
    "reason": "What a role may do, and the most that it may ever do.",
    "onlyNamed": True,
    "documents": ["policy"],
    "answer": {"arn": "arn:aws:iam::${account}:policy/${name}"},
    "calls": {
        "arn": "arn:aws:iam::${account}:policy/${name}",
        "read": [{"actions": ["iam:GetPolicy", "iam:GetPolicyVersion"], "source": "provider"}],
        "create": [{"actions": ["iam:CreatePolicy", "iam:TagPolicy"], "source": "provider"}],
        "update": [
            {
                "actions": [
                    "iam:CreatePolicyVersion",
                    "iam:DeletePolicyVersion",
                    "iam:ListPolicyVersions",
                    "iam:TagPolicy",
                    "iam:UntagPolicy",
                ],
                "source": "provider",
            }
        ],
        "delete": [
            {"actions": ["iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:ListPolicyVersions"], "source": "provider"}
        ],
    },
    "properties": {
        "description": {"free": "Words for people."},
        "policy": {"rule": "known-grants"},
        "tags": {"rule": "tags"},
        "tags.*": {"rule": "tags"},
    },
}
_NO_BOUNDARY = "Without it, whoever may attach a policy to a role of the workflows gives it any right."
_BOUNDARY = "A boundary allows nothing by itself; it names all that may be allowed."


def copy(label, suffix="${suffix}"):
    return Copy(
        label=label,
        project="${copy.project}" if label != FOUNDATION.label else "foundation",
        prefix="",
        environment="${environment}",
        suffix=suffix,
        region="${region}",
        account="${account}",
        image="arn:aws:ecr:${region}:${account}:repository/${config.imageRepository}",
        more={
            "imageRegion": "${config.imageRegion}",
            "imageRepository": "${config.imageRepository}",
            "stateBucket": "${config.stateBucket}",
            # What was filled in is filled in once more where it stands in a condition.
            "copy.project": "${copy.project}",
        },
    )


def state(key):
    return State(bucket="${config.stateBucket}", region=REGION, bucket_key="${state-bucket-key.arn}", secrets_key=key)


def files(stack="${copy.stack}", project="${copy.project}", network=None):
    return StackFiles(project=project, stack=stack, network=network)


def places():
    """Yield each copy with what its stack is called, its files, and the glob of its logical names."""
    of_service = "networking-stack/${copy.networks}"
    yield copy(""), "${copy.called}", files(network=of_service), "service-{kind}-*"
    yield copy("", "pr-*"), "review", files(REVIEW_STACKS, network=of_service), "service-review"
    if file_of(NETWORK.label).exists():
        yield copy(NETWORK.label), "${copy.called}", files(), "network-{kind}-*"


def roles():
    """Yield each kind of role with the glob of its logical name."""
    own = state("${copy.secretsKey}")
    for place, called, of_stack, glob in places():
        for role in stack_roles(called, place, of_stack, own, REPOSITORY):
            yield role, glob.format(kind=role.kind)
    of_foundation = files(project=FOUNDATION.name())
    for role in foundation_roles(
        "${copy.called}", copy(FOUNDATION.label), of_foundation, [own, state("${Key.arn}")], REPOSITORY
    ):
        yield role, f"foundation-{role.kind}-*"
    pushed = "arn:aws:ecr:${config.imageRegion}:${account}:repository/${config.imageRepository}"
    image = "${environment}-image-role-${suffix}"
    yield image_role(image, "", _with_image(copy(FOUNDATION.label), pushed), REPOSITORY), "image"


def _with_image(place, image):
    return Copy(
        label=place.label, project=place.project, prefix="", environment=place.environment, suffix=place.suffix,
        region="${config.imageRegion}", account=place.account, image=image,
    )  # fmt: skip


def _limit(label):
    return f"{word_of(label)}-workflows-boundary"


def _everywhere():
    """Return by action why no resource can be named."""
    return {
        action: call.everywhere
        for of_type in known_calls().values()
        for _, call in of_type.calls()
        if call.everywhere is not None
        for action in call.actions
    }


def statements(document, why=None):
    for found in json.loads(document)["Statement"]:
        item = {"actions": found["Action"] if isinstance(found["Action"], list) else [found["Action"]]}
        if "Resource" in found and found["Resource"] != ["*"]:
            item["on"] = found["Resource"]
        elif "Resource" in found:
            reasons = {_everywhere().get(action) for action in item["actions"]} - {None}
            item["everywhere"] = why or " ".join(sorted(reasons)) or "AWS knows no resource for it."
        if "Principal" in found:
            item["principals"] = [f"{kind}:{name}" for kind, name in found["Principal"].items()]
        if "Condition" in found:
            item["if"] = {
                operator: {key: values if isinstance(values, list) else [values] for key, values in keys.items()}
                for operator, keys in found["Condition"].items()
            }
        yield item


def data():
    role_entries, policy_entries, made = {}, {}, []
    name = {"name": "${copy.name}", "required": True}
    for role, glob in roles():
        made.append(role)
        own = {"name": "${environment}-image-role-${suffix}", "required": True} if glob == "image" else name
        role_entries[f"{glob}-role"] = {
            "optional": role_kinds().roles[role.kind].why or "There is one for each stack.",
            "properties": {
                "name": own,
                "permissionsBoundary": {"own": "Policy.arn", "of": _limit(role.label), "required": True},
            },
            "documents": {"assumeRolePolicy": {"allows": list(statements(role.trust))}},
        }
        policy_entries[f"{glob}-policy-[1-9]*"] = {
            "optional": "There is one for each stack.",
            "properties": {
                "name": {"rule": "names"}
                if glob == "image"
                else {"name": "${copy.name}-policy-${anyName}", "required": True}
            },
            "documents": {"policy": {"allows": [item for policy in role.policies for item in statements(policy)]}},
        }
    labels = {place.label for place, *_ in places()} | {FOUNDATION.label}
    for place, _, of_stack, _ in places():
        review = of_stack.stack == REVIEW_STACKS
        policy_entries["service-boundary-review" if review else f"{place.label or 'service'}-boundary-*"] = {
            "optional": "There is one for each stack.",
            "properties": {"name": name},
            "documents": {"policy": {"allows": list(statements(copy_boundary(place), _BOUNDARY))}},
        }
    for label in sorted(labels):
        document = workflow_boundary([role for role in made if role.label == label], label)
        policy_entries[_limit(label)] = {
            ("optional" if label == NETWORK.label else "required"): _NO_BOUNDARY,
            "properties": {"name": {"rule": "names"}},
            "documents": {"policy": {"allows": list(statements(document, _BOUNDARY))}},
        }
    # The more exact globs go first: the first one that fits is what is known.
    ordered = dict(sorted(policy_entries.items(), key=lambda item: ("*" in item[0], item[0])))
    return {
        "schemaVersion": 1,
        "types": {
            "aws:iam/policy:Policy": {**_POLICY, "resources": ordered},
            "aws:iam/role:Role": {**_ROLE, "resources": role_entries},
        },
    }


def text():
    # json takes what is said twice apart, which YAML would say by reference.
    return _HEAD + yaml.safe_dump(json.loads(json.dumps(data())), sort_keys=False, width=10_000)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
