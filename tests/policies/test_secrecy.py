"""No message ever holds a secret, whatever property it stands in, however deep, and whatever a rule makes of it."""

import json
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies import tokens
from policies.catalogue import RULES
from policies.pack import NAME, policies
from policies.redaction import redacted_words
from policies.rule import StackRule
from policies.secrecy import CONCEALED, KEPT, Secret, keep_marks
from policies.server import Analyzer
from policies.view import UNKNOWN, Resource, StackView, Undecided, plain
from policies.wire import Outcome, decode
from tests.policies.test_fuzz import CANARY, a_world, judged, one_of_each, paths
from tests.policies.test_pack import PACK, properties, stack_config, started
from tests.policies.world import World, config_of, provider

STATEMENT = {"Sid": CANARY, "Effect": "Allow", "Action": f"iam:{CANARY}*", "Resource": "*", "Principal": f"{CANARY}*"}
DOCUMENT = json.dumps({"Statement": [STATEMENT]})
# A secret as a whole value, within one, as the name of something in it, and within text.
SECRETS: tuple[Any, ...] = (
    CANARY, DOCUMENT, [{"name": CANARY, "value": CANARY}], {"Environment": CANARY}, {CANARY: {"a": [UNKNOWN]}},
)  # fmt: skip
WITHIN: tuple[Any, ...] = (
    [Secret(CANARY)], [{"name": "rds.force_ssl", "value": Secret(CANARY)}], {"Environment": Secret(CANARY)},
)  # fmt: skip
MARKED = {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG}


def everything_said(value: Any, *others: Any) -> Iterator[tuple[str, str]]:
    """Yield what every rule says of every property, of one resource of each type.

    Each property holds the value, then two of the others, which ones in turns.
    """
    turns = cycle(others)
    for resource in one_of_each(a_world()):
        for path in paths(resource):
            for secret in (value, *islice(turns, 2)):
                world = a_world()
                world.put(resource.name, path, secret)
                for line in judged(world, resource.name):
                    yield f"{resource.type} {path}", line


@pytest.mark.usefixtures("unmeasured")
def test_no_rule_shows_a_secret_of_any_property_of_any_type_or_crashes_on_it():
    said = set(everything_said(*map(Secret, SECRETS), *WITHIN))

    assert [(path, line) for path, line in said if CANARY in line] == []
    assert [(path, line) for path, line in said if ": error: " in line] == []


@pytest.mark.usefixtures("unmeasured")
def test_the_same_values_are_shown_where_nothing_marks_them():
    shown = {path for path, line in everything_said(CANARY, DOCUMENT) if CANARY in line}

    assert len(shown) > 20, "the canary is no test any more: nothing repeats a value"


@pytest.mark.parametrize("secret", [Secret(CANARY), {"tags": Secret(CANARY)}])
@pytest.mark.parametrize("key", ["region", "allowedAccountIds", "defaultTags"])
def test_no_secret_of_the_provider_is_shown(key, secret):
    world = World()
    account = world.limits.environments["prod"].model_copy(update={"account": "123456789012"})
    world.limits = world.limits.model_copy(update={"environments": {**world.limits.environments, "prod": account}})
    provider(key, secret)(world)

    said = world.judge("environment", "no-default-tags")

    assert said != [] or key == "region"
    assert CANARY not in "".join(said)


def test_a_secret_is_judged_by_its_value():
    world = World()
    name = world.resources["database-cluster"].props["clusterIdentifier"]
    world.put("database-cluster", "clusterIdentifier", Secret(name))
    world.put("database-cluster", "storageEncrypted", Secret(True))
    world.put("database-cluster", "backupRetentionPeriod", Secret(99))

    assert world.judge("names", "rds-encrypted", "rds-log-group") == []
    assert world.judge("rds-backup-retention") == [
        "database-cluster: a secret value breaks the rule and is not shown: backupRetentionPeriod"
    ]


def test_a_copy_of_a_secret_that_nothing_marks_is_not_shown_either():
    world = World()
    world.put("database-cluster", "databaseName", Secret([{"a": CANARY, CANARY.upper(): 12}, 7654321]))
    world.put("database-cluster", "clusterIdentifier", f"x-{CANARY}-y")
    world.put("database-cluster", "engineVersion", "7654321")
    world.put("database-cluster", "engine", "mysql")

    assert world.judge("names", "rds-engine-version") == [
        "database-cluster: what is wrong can't be said without a secret value, and is not shown",
        "database-cluster: engine is not aurora-postgresql",
        "database-cluster: what is wrong can't be said without a secret value, and is not shown",
    ]


def test_a_short_secret_does_not_hide_every_message():
    world = World()
    world.put("database-cluster", "databaseName", Secret("is"))
    world.put("database-cluster", "engine", "mysql")

    assert world.judge("rds-engine-version") == ["database-cluster: engine is not aurora-postgresql"]


def test_what_depends_on_no_secret_is_said_as_ever():
    world = World()
    world.put("database-cluster", "masterUsername", Secret("postgres"))
    world.put("database-cluster", "storageEncrypted", False)

    assert world.judge("rds-encrypted") == ["database-cluster: storageEncrypted is false; it must be true"]
    assert world.judge("rds-admin-name") == [
        "database-cluster: a secret value breaks the rule and is not shown: masterUsername"
    ]


def test_a_secret_that_nobody_knows_yet_leaves_the_rule_undecided():
    world = World()
    world.put("database-cluster", "masterUsername", {KEPT: UNKNOWN})

    assert world.judge("rds-admin-name") == [
        "database-cluster: undecided: masterUsername is not known before the deployment"
    ]


@pytest.mark.parametrize("given", [{KEPT: CONCEALED}, CONCEALED])
def test_a_secret_that_the_engine_could_not_decrypt_is_not_judged_as_a_value(given):
    world = World()
    world.put("database-cluster", "masterUsername", given)

    assert world.judge("rds-admin-name")[0].startswith("database-cluster: undecided: ")


def test_what_is_unknown_within_a_secret_is_not_named():
    world = World()
    world.put("database-cluster", "tags", Secret({CANARY: UNKNOWN}))

    assert world.judge("tags") == [
        "database-cluster: undecided: a part of a secret value is not known before the deployment"
    ]


def test_a_crash_on_a_secret_names_its_place_alone():
    def judge(subject: Resource) -> Iterator[tuple[Resource, str]]:
        yield subject, {CONCEALED: "known"}[subject.text("name")]

    given = Resource(urn="u", type="t", name="n", props={"name": Secret(CANARY)})

    (word,) = redacted_words(judge, given)

    assert word.text.startswith("the rule crashed with KeyError in test_secrecy.py:")


def test_what_a_rule_does_to_what_it_reads_shows_no_secret():
    stack = StackView(
        resources=[
            Resource(urn="urn:a", type="t", name="a", props={"open": True}),
            Resource(urn="urn:b", type="t", name="b", props={"password": {KEPT: "hunter2-hunter2"}}),
        ]
    )

    def judge(view):
        one, other = view.resources
        one.inputs.setdefault("copied", other.inputs["password"][:7])
        yield one, f"is open to {one.inputs['copied']}"

    assert [word.text for word in redacted_words(judge, stack)] == ["a secret value breaks the rule and is not shown"]


def test_a_word_on_the_whole_stack_names_no_resource_s_secrets():
    def judge(subject: StackView) -> Iterator[tuple[None, str]]:
        for resource in subject.resources:
            yield None, resource.text("name")

    one = Resource(urn="u", type="t", name="n", props={"name": Secret(CANARY)})
    other = Resource(urn="v", type="t", name="m", props={"name": "plain"})

    words = redacted_words(judge, StackView(resources=[one, other, one]))

    assert [word.text for word in words] == ["a secret value breaks the rule and is not shown", "plain"]


def test_a_secret_does_not_show_itself_in_a_log():
    assert f"{Secret(CANARY)} {[Secret(CANARY)]!r}" == f"{CONCEALED} [{CONCEALED}]"


def test_marks_are_kept_at_every_depth_and_other_marks_left_alone():
    asset = {SPECIAL_SIG_KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}
    inner = {**MARKED, "value": CANARY}
    given = properties(a={**MARKED, "value": [inner]}, b=[{"c": inner}, 7], d=asset, e={**MARKED, "ciphertext": "y"})

    keep_marks(given)

    assert MessageToDict(given) == {
        "a": {KEPT: [{KEPT: CANARY}]},
        "b": [{"c": {KEPT: CANARY}}, 7.0],
        "d": asset,
        "e": {**MARKED, "ciphertext": "y"},
    }
    assert plain(MessageToDict(given)["a"]) == Secret([Secret(CANARY)])


def marked(value: Any) -> Any:
    """Return the value as it stands on the wire, with Pulumi's marks and the engine's unknowns."""
    if isinstance(value, Secret):
        return {**MARKED, "value": marked(value.value)}
    if isinstance(value, dict):
        return {key: marked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [marked(item) for item in value]
    return UNKNOWN_STRING_VALUE if value is UNKNOWN else value


def wire(resource: Resource) -> analyzer_pb2.AnalyzerResource:
    secret_region = {"region": {**MARKED, "value": CANARY}}
    return analyzer_pb2.AnalyzerResource(
        type=resource.type,
        name=resource.name,
        urn=resource.urn,
        properties=properties(**marked(dict(resource.props))),
        provider=analyzer_pb2.AnalyzerProviderResource(type=tokens.PROVIDER, properties=properties(**secret_region)),
        dependencies=sorted(resource.dependencies),
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=sorted(urns))
            for key, urns in resource.property_dependencies.items()
        },
    )


def asked(resource: analyzer_pb2.AnalyzerResource) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        type=resource.type,
        name=resource.name,
        urn=resource.urn,
        properties=resource.properties,
        provider=resource.provider,
    )


def test_no_answer_of_the_running_pack_holds_a_secret():
    """Over the protocol and in a process of its own: each property of each type in its turn, in all types at once."""
    variables = {"PULUMI_PROJECT": "parity", "PULUMI_STACK": "prod", "PULUMI_DRY_RUN": "true"}
    kinds = {resource.name: list(paths(resource)) for resource in one_of_each(a_world())}
    forms = (Secret(CANARY), Secret(DOCUMENT), Secret([CANARY]), Secret({CANARY: CANARY}), *WITHIN[:2])
    outcomes: list[Outcome] = []

    with started(PACK, **variables, PULUMI_CONFIG=json.dumps(dict(config_of("prod")))) as analyzer:
        for turn in range(max(map(len, kinds.values()))):
            world = a_world()
            turned = [name for name, found in kinds.items() if turn < len(found)]
            for name in turned:
                world.put(name, kinds[name][turn], forms[turn % len(forms)])
            given = {name: wire(world.resources[name]) for name in kinds}
            for name in turned:
                outcomes += decode(analyzer.Analyze(asked(given[name])), given[name].urn)
            request = analyzer_pb2.AnalyzeStackRequest(resources=given.values())
            outcomes += decode(analyzer.AnalyzeStack(request), None)

    assert [outcome for outcome in outcomes if outcome.outcome == "error"] == []
    assert [outcome for outcome in outcomes if CANARY in outcome.message] == []
    concealing = {outcome.rule for outcome in outcomes if "is not shown" in outcome.message}
    assert len(concealing) > 25, "secrets no longer reach the rules as secrets"


def test_no_secret_of_the_configuration_is_read_by_a_rule():
    """The engine doesn't tell a pack which keys of the configuration are secret; only parity:alarmEmail may be."""
    stack = stack_config("prod", environment="prod", alarmEmail=f"{CANARY}@example.com")
    service = Analyzer(NAME, policies(stack))
    outcomes = []
    for resource in one_of_each(a_world()):
        empty = analyzer_pb2.AnalyzerResource(
            type=resource.type, name=resource.name, urn=resource.urn, properties=Struct()
        )
        outcomes += decode(service.Analyze(asked(empty), None), resource.urn)
        outcomes += decode(service.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[empty]), None), None)

    assert len({outcome.rule for outcome in outcomes}) > 25
    assert [outcome for outcome in outcomes if CANARY in outcome.message] == []


def test_every_stack_rule_reads_a_stack_of_secrets():
    secrets = [
        Resource(urn=item.urn, type=item.type, name=item.name, props=dict.fromkeys(item.props, Secret(CANARY)))
        for item in a_world().resources.values()
    ]
    context = World().context()

    for rule in RULES:
        if isinstance(rule, StackRule):

            def judge(subject: StackView, rule: StackRule = rule) -> Any:
                return rule.judge(subject, context)

            words = redacted_words(judge, StackView(resources=secrets))
            assert CANARY not in "".join(word.text for word in words), rule.id


def test_reading_an_unknown_value_names_it_where_it_is_no_secret():
    def judge(_subject: Resource) -> Iterator[tuple[Resource, str]]:
        raise Undecided("port", "u")
        yield  # type: ignore[unreachable]

    given = Resource(urn="u", type="t", name="n", props={"name": Secret(CANARY)})

    assert [word.text for word in redacted_words(judge, given)] == ["port is not known before the deployment"]
