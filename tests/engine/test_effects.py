"""What AWS does beside what it is asked, and what it takes though it looks like a refusal."""

import pytest

from policies import tokens
from policies.limits import load_limits
from program.offline.check import check_one
from program.offline.stacks import read_stack
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import read_stack_file, stack_names
from tests.engine.ground import NETWORK
from tests.engine.refusals.every import RULES
from tests.engine.refusals.secretsmanager import SECRET_VERSION
from tests.engine.traits import traits_of

# To make one of a name that is taken changes the one that has it.
TAKES_OVER = {tokens.ALARM, tokens.ROLE_POLICY}


def registered_types():
    limits = load_limits()
    return {
        resource.type
        for stack in stack_names(ROOT, SERVICE)
        for resource in check_one(read_stack(read_stack_file(stack), limits), limits).resources
        if resource.type.startswith("aws:")
    }


def test_every_type_of_the_program_is_refused_something():
    assert registered_types() - {rule.type for rule in RULES} == set(), "say what AWS refuses of it in refusals/"


def test_every_named_type_of_the_program_refuses_a_taken_name_or_takes_it_over():
    named = {type_ for type_ in registered_types() if traits_of(type_).name}
    codes = {rule.type: set() for rule in RULES}
    for rule in RULES:
        codes[rule.type].add(rule.code)

    refusing = {
        type_ for type_ in named if any("Exists" in c or "Duplicate" in c or "Conflict" in c for c in codes[type_])
    }

    assert named - refusing == TAKES_OVER | {tokens.TOPIC}


def test_a_group_goes_after_its_function_with_the_interface_that_lingers(ground, file):
    function = ground.make(tokens.FUNCTION)

    function.delete()
    lingering = file.read().interfaces
    ground.the(tokens.SECURITY_GROUP).delete()

    assert [(each.made_for, each.used_by) for each in lingering.values()] == [("a-function", None)]
    assert file.read().interfaces == {}


def test_a_function_in_another_group_leaves_its_interface_to_the_old_one(ground, file):
    function = ground.make(tokens.FUNCTION)
    second = ground.make(tokens.SECURITY_GROUP, logical="second", name="second")

    function.update(vpcConfig={"securityGroupIds": [second.id], "subnetIds": NETWORK["privateSubnetIds"]})

    interfaces = {interface.groups[0]: interface.used_by for interface in file.read().interfaces.values()}
    assert interfaces == {ground.the(tokens.SECURITY_GROUP).id: None, second.id: "a-function"}


def test_a_group_takes_its_own_rules_with_it(ground, file):
    ground.make(tokens.INGRESS_RULE, cidrIpv4=None, referencedSecurityGroupId=ground.the(tokens.SECURITY_GROUP).id)

    ground.the(tokens.SECURITY_GROUP).delete()

    assert tokens.INGRESS_RULE not in file.read().resources


@pytest.mark.parametrize("version", ["15.19", "15.17"])
def test_a_minor_upgrade_of_a_cluster_upgrades_its_instances(ground, file, version):
    instance = ground.make(tokens.CLUSTER_INSTANCE)

    ground.the(tokens.CLUSTER).update(engineVersion=version)

    assert file.read().get(tokens.CLUSTER_INSTANCE, instance.id).properties["engineVersion"] == version


def test_a_major_upgrade_with_flag_and_both_groups_is_done_in_one_call(ground, file):
    instance = ground.make(tokens.CLUSTER_INSTANCE)
    next_ones = {
        key: ground.make(type_, logical="next", name=f"next-{key}", family="aurora-postgresql16").outputs["name"]
        for key, type_ in (
            ("dbClusterParameterGroupName", tokens.CLUSTER_PARAMETERS),
            ("dbInstanceParameterGroupName", tokens.PARAMETERS),
        )
    }

    ground.the(tokens.CLUSTER).update(engineVersion="16.9", allowMajorVersionUpgrade=True, **next_ones)

    upgraded = file.read().get(tokens.CLUSTER_INSTANCE, instance.id).properties
    assert upgraded["engineVersion"] == "16.9"
    assert upgraded["dbParameterGroupName"] == next_ones["dbInstanceParameterGroupName"]
    for type_ in (tokens.CLUSTER_PARAMETERS, tokens.PARAMETERS):
        ground.the(type_).delete()


def test_a_last_snapshot_outlives_its_cluster(ground, file):
    ground.make(tokens.CLUSTER).delete(skipFinalSnapshot=False, finalSnapshotIdentifier="last")

    assert file.read().snapshots == ["last"]


def test_a_secret_without_a_recovery_window_leaves_its_name(ground):
    ground.make(tokens.SECRET, recoveryWindowInDays=0).delete()

    assert ground.make(tokens.SECRET).id


def test_a_topic_of_the_same_name_and_attributes_is_the_one_that_exists(ground):
    first = ground.make(tokens.TOPIC)

    assert ground.make(tokens.TOPIC).id == first.id


def test_a_role_s_policy_of_a_taken_name_takes_it_over(ground, file):
    ground.make(tokens.ROLE_POLICY)
    other = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny"}]}'

    second = ground.make(tokens.ROLE_POLICY, policy=other)

    assert file.read().get(tokens.ROLE_POLICY, second.id).properties["policy"] == other


def test_a_key_in_use_may_be_deleted_and_is_not_there_any_more(ground):
    version = ground.make(SECRET_VERSION)

    ground.the(tokens.KEY).delete()

    assert version.id


def test_a_rotation_that_its_function_permits_is_taken(ground):
    ground.make(tokens.PERMISSION)

    assert ground.make(tokens.ROTATION).id


def test_a_new_accounts_concurrency_can_be_reserved_by_nobody(ground, file):
    ground.inputs(tokens.FUNCTION)
    file.limit("concurrent executions", 10)
    file.limit("unreserved concurrent executions", 10)

    assert ground.make(tokens.FUNCTION, reservedConcurrentExecutions=-1).id
