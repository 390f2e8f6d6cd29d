"""Own is what the stack made, what its network gives, or what the environment trusts by name; nothing else is."""

from policies.limits import Trusted, load_limits
from tests.policies.world import World, config, strict_limits

EXPLICIT = {
    "vpcId": "vpc-0123456789abcdef0",
    "vpcCidr": "10.0.0.0/16",
    "privateSubnetIds": '["subnet-aaaaaaaaaaaaaaaaa", "subnet-bbbbbbbbbbbbbbbbb"]',
    "availabilityZones": '["us-east-1a", "us-east-1b"]',
}


def on_explicit_ids(**more):
    """Return a stack whose network is given by its configuration, without a reference."""
    world = World()
    world.remove("networking")
    for key, value in {**EXPLICIT, **more}.items():
        config(key, value)(world)
    return world


def trusting(value):
    """Return a stack whose environment trusts the text."""
    limits = strict_limits()
    prod = limits.environments["prod"]
    more = [*prod.trusted, Trusted(value=value, reason="It is the organisation's own.")]
    environments = {**limits.environments, "prod": prod.model_copy(update={"trusted": more})}
    return World(limits=limits.model_copy(update={"environments": environments}))


def test_subnets_that_the_configuration_names_are_the_network_s():
    world = on_explicit_ids()
    world.put("database-subnets", "subnetIds", ["subnet-aaaaaaaaaaaaaaaaa", "subnet-bbbbbbbbbbbbbbbbb"])

    assert [said for said in world.judge("own-values") if "database-subnets" in said] == []


def test_other_subnets_than_the_configuration_names_are_not():
    world = on_explicit_ids()
    world.put("database-subnets", "subnetIds", ["subnet-aaaaaaaaaaaaaaaaa", "subnet-ccccccccccccccccc"])

    (said,) = [said for said in world.judge("own-values") if "database-subnets" in said]
    assert "'subnet-ccccccccccccccccc' is not" in said


def test_ids_that_neither_a_reference_nor_the_configuration_gives_are_nobody_s():
    world = World()
    world.remove("networking")
    world.put("database-subnets", "subnetIds", ["subnet-aaaaaaaaaaaaaaaaa", "subnet-bbbbbbbbbbbbbbbbb"])
    world.cut("database-subnets", "subnetIds")

    assert len([said for said in world.judge("own-values") if "database-subnets" in said]) == 2


def test_live_where_the_engine_tells_of_no_other_stack_the_offline_check_decides():
    world = World()
    world.remove("networking")
    world.recorded = None

    assert world.judge("own-values") == []


def test_a_list_that_is_no_json_is_the_one_value_that_it_is():
    world = on_explicit_ids(privateSubnetIds="subnet-aaaaaaaaaaaaaaaaa")
    world.put("database-subnets", "subnetIds", ["subnet-aaaaaaaaaaaaaaaaa"])

    assert [said for said in world.judge("own-values") if "database-subnets" in said] == []


def test_a_key_of_somebody_else_is_own_where_the_environment_trusts_it():
    key = "arn:aws:kms:us-east-1:444444444444:key/11111111-2222-3333-4444-555555555555"
    trusted, distrusted = trusting(key), World()
    for world in (trusted, distrusted):
        world.put("database-cluster", "kmsKeyId", key)

    assert (trusted.judge("own-values"), len(distrusted.judge("own-values"))) == ([], 1)


def test_the_account_of_the_limits_is_the_stack_s_whatever_it_made():
    limits = load_limits()
    prod = limits.environments["prod"].model_copy(update={"account": "222222222222"})
    world = World(limits=limits.model_copy(update={"environments": {**limits.environments, "prod": prod}}))

    assert any("912345678901" in said for said in world.judge("known-identities"))


def test_live_what_the_engine_keeps_from_the_state_is_not_the_program_s():
    world = World()
    world.put("secrets-bootstrap", "secretString", '{"host": "the-database-before"}')
    recorded = world.judge("own-values")
    world.recorded = None

    assert (len(recorded), world.judge("own-values")) == (1, [])
