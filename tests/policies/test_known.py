"""The known world as data: what names a judge has one, and what is generated is as its source has it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from policies.catalogue import RULES
from policies.known import tables
from policies.known.checking import problems
from policies.known.models import Judge
from policies.known.tables import FOLDER, calls_of, known, known_options, known_parameters, load
from policies.known.worlds import SERVICE, WORLDS, world_of
from policies.limits import load_limits
from policies.rule import ResourceRule
from policies.schema import ReviewedFileError
from policies.view import Resource
from program.project import definition
from tests.policies import known_rights, known_sources
from tests.policies.known_sources import actions, filled_in, properties_of, sdk_types
from tests.policies.world import RULE_OF, World, add, every, foundation_world, network_world, put

IDS = [rule.id for rule in RULES]
# The worlds whose programs are recorded here.
RECORDED = ("service", "network", "foundation")
# What our own program doesn't set, and rules read.
MORE = every(
    put("tap-key", "bypassPolicyLockoutSafetyCheck", False),
    put("tap-key", "rotationPeriodInDays", 365),
    put("database-cluster", "masterPassword", "x"),
    put("database-instance-0", "availabilityZone", "us-east-1a"),
    put("lambda-app-role", "managedPolicyArns", ["x"]),
    put("lambda-app-role", "inlinePolicies", [{"name": "x"}]),
    put("secrets-schedule", "rotationEnabled", True),
    put("secrets-schedule", "rotationRules.scheduleExpression", "rate(30 days)"),
    add("aws:sns/topicSubscription:TopicSubscription", "mail", {"endpoint": "a@example.com"}, topic="monitoring-topic"),
    lambda world: world.config.update({"parity:alarmEmail": "a@example.com"}),
)
NETWORKS_MORE = every(
    put("flow-log-key", "bypassPolicyLockoutSafetyCheck", False),
    put("flow-log-key", "rotationPeriodInDays", 365),
    put("flow-log-role", "managedPolicyArns", ["x"]),
    put("flow-log-role", "inlinePolicies", [{"name": "x"}]),
)
FOUNDATIONS_MORE = every(
    put("state-bucket-key", "bypassPolicyLockoutSafetyCheck", False),
    put("state-bucket-key", "rotationPeriodInDays", 365),
)


@pytest.fixture(scope="module")
def read() -> dict[str, set[tuple[str, str]]]:
    """Return the (type, property) that each rule reads of our own programs, and of what they might set."""
    seen: dict[str, set[tuple[str, str]]] = {}
    peek = Resource.peek
    worlds = World(), network_world(), foundation_world()
    for world, more in zip(worlds, (MORE, NETWORKS_MORE, FOUNDATIONS_MORE), strict=True):
        more(world)
    with pytest.MonkeyPatch.context() as patched:
        for world, rule in product(worlds, RULES):
            of_rule = seen.setdefault(rule.id, set())
            patched.setattr(
                Resource, "peek", lambda self, path, of=of_rule: (of.add((self.type, path)), peek(self, path))[1]
            )
            world.judge(rule.id)
    return seen


def judges() -> Iterator[tuple[str, str, Judge]]:
    for type_, found in (entry for world in RECORDED for entry in known(world).types.items()):
        yield from ((type_, path, judge) for path, judge in found.properties.items())
        for resource in found.resources.values():
            yield from ((type_, path, judge) for path, judge in resource.properties.items())
    for group in known_parameters().groups:
        yield from ((group.type, "parameters", judge) for judge in group.parameters.values())


def test_a_property_that_names_a_rule_is_read_by_it(read):
    """What a rule does by other ways than by reading a property is named here, with the way."""
    by_other_ways = {
        ("region", "environment"): "it compares the regions of all resources",
        ("allowedAccountIds", "environment"): "it reads what the provider is configured to",
        ("defaultTags", "no-default-tags"): "it reads what the provider is configured to",
        ("policyArn", "iam-attached-own"): "it goes by what the value comes from",
        ("role", "iam-attached-own"): "it goes by what the value comes from",
    }
    unread = []
    for type_, path, judge in judges():
        above = [path.removesuffix(".*"), path.partition(".")[0]]
        is_read = any((type_, name) in read.get(judge.rule or "", set()) for name in (path, *above))
        if judge.rule is not None and not is_read and (path, judge.rule) not in by_other_ways:
            unread.append(f"{type_} {path}: {judge.rule}")

    assert unread == [], "name the rule that judges the property, or let that rule read it"


def test_every_option_names_a_rule_that_there_is_or_a_reason():
    assert [name for name, judge in known_options().options.items() if judge.rule not in (None, *IDS)] == []
    assert [problem for world in WORLDS for problem in problems(RULE_OF, world)] == []


@pytest.mark.parametrize("project", [definition.SERVICE, definition.NETWORK], ids=lambda each: each.label or "service")
@pytest.mark.parametrize("environment", list(load_limits().environments))
def test_every_property_that_our_program_sets_is_known(environment, project):
    assert World(environment, None, project).judge("known-types", "known-properties", "known-unused") == []


def test_every_property_of_a_network_with_ways_out_is_known():
    assert network_world().judge("known-types", "known-properties", "known-unused") == []


def test_every_property_of_the_foundation_is_known():
    assert foundation_world().judge("known-types", "known-properties", "known-unused") == []


def test_every_property_of_every_known_type_is_one_that_the_provider_has():
    strange = [
        f"{type_} {path}"
        for type_, path, _ in judges()
        if type_ in sdk_types() and path.partition(".")[0] not in properties_of(type_)
    ]
    assert strange == [], "the SDK has no such property: mend its name"


@pytest.mark.parametrize("path", known_sources.texts(), ids=lambda path: path.name)
def test_what_is_generated_is_as_its_package_has_it(path):
    assert path.read_text() == known_sources.texts()[path], "run: python -m tests.policies.known_sources"


def statements() -> Iterator[tuple[str, Any]]:
    for found in (found for world in WORLDS for found in known(world).types.values()):
        for name, resource in found.resources.items():
            for document in resource.documents.values():
                yield from ((name, statement) for statement in (*document.allows, *document.denies))


def test_every_action_that_is_known_is_one_of_the_reference():
    there = {
        f"{service}:{action}".lower()
        for of_kind in (actions(scoped=True), actions(scoped=False))
        for service, found in of_kind.items()
        for action in found
    }
    strange = [
        f"{name}: {action}"
        for name, statement in statements()
        for action in statement.actions
        if "*" not in action and action.lower() not in there
    ]
    assert strange == [], "the Service Authorization Reference has no such action"


def test_an_action_that_can_be_scoped_is_scoped_or_has_a_reason():
    scoped = {f"{service}:{action}".lower() for service, found in actions(scoped=True).items() for action in found}
    everywhere = [
        f"{name}: {action}"
        for name, statement in statements()
        for action in statement.actions
        # A policy of a resource is about that resource, whatever it names.
        if statement.on == ["*"] and not statement.principals and statement.everywhere is None
        if action.lower() in scoped and name.endswith("-policy")
    ]
    denied = [
        f"{name}: {action}" for name, statement in statements() if statement.reason for action in statement.actions
    ]
    assert [item for item in everywhere if item not in denied] == [], "scope it, or say why it can't be (everywhere)"


ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
KEY = "aws:kms/key:Key"


def broken(tmp_path, name: str, old: str, new: str) -> list[str]:
    folder = tmp_path / "known"
    shutil.copytree(FOLDER, folder)
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    with pytest.raises(ReviewedFileError) as raised:
        load(SERVICE, folder)
    return raised.value.problems


def test_in_which_order_entries_are_written_says_nothing(tmp_path):
    def judged(*names):
        folder = tmp_path / "-".join(names).replace("*", "x")
        shutil.copytree(FOLDER, folder)
        blocks = {"*": "{rule: names}", "app-*": "{is: 2}", "app-key": "{is: 3}"}
        resources = "".join(f'      "{name}": {{properties: {{size: {blocks[name]}}}}}\n' for name in names)
        written = "".join(f'      "{path}": {{free: {said}}}\n' for path, said in reversed(paths))
        (folder / "service/kms.yaml").write_text(
            "schemaVersion: 1\ntypes:\n  aws:kms/key:Key:\n    reason: A key of the tests.\n"
            f"    properties:\n{written}    resources:\n{resources}"
        )
        found = load(SERVICE, folder)
        return [
            (row.judge.is_, row.judge.rule) if row is not None else None
            for row in (found.row(KEY, name, ("size",)) for name in ("app-key", "app-data", "other"))
        ], found.row(KEY, "other", ("tags", "Name")).judge.free

    paths = (("tags.Name", "Its name is shown."), ("tags.*", "What else is tagged."))
    assert (
        judged("*", "app-*", "app-key")
        == judged("app-key", "app-*", "*")
        == (
            [(3, None), (2, None), (None, "names")],
            "Its name is shown.",
        )
    )


def test_an_entry_without_a_judge_is_refused_with_its_line(tmp_path):
    (problem,) = broken(tmp_path, "service/kms.yaml", "isEnabled: {is: true}", "isEnabled: {}")

    assert problem.startswith("policies/known/service/kms.yaml:")
    assert (
        "has no judge: give rule, is, oneOf, allOf, limit, own, network, name, file, or free with the reason" in problem
    )


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("isEnabled: {is: true, free: A reason that is long.}", "is free and has a judge too"),
        ("isEnabled: {is: true, of: tap-key}", "has 'of' without 'own'"),
        ("isEnabled: {rul: kms-rotation}", "unknown key"),
        ("isEnabled: {free: short}", "at least 10 characters"),
    ],
)
def test_an_entry_that_says_too_much_or_too_little_is_refused(tmp_path, new, said):
    assert said in broken(tmp_path, "service/kms.yaml", "isEnabled: {is: true}", new)[0]


def test_a_type_stands_in_one_file(tmp_path):
    problems = broken(tmp_path, "service/kms.yaml", "aws:kms/alias:Alias:", "aws:sns/topic:Topic:")

    assert problems == [
        "policies/known/service/sns.yaml: aws:sns/topic:Topic stands in policies/known/service/kms.yaml too"
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "cloudwatch:DeleteAlarms",
            "iam:CreateUser",
            "delete: iam:CreateUser is no action of cloudwatch or events or logs; if IAM calls the service so, "
            "add it to SERVICES in policies/known/calls.py: 'cloudwatch', or, if AWS asks it beside, add the action to "
            "OF_OTHERS",
        ),
        (
            "cloudwatch:DeleteAlarms",
            "iam:PassRole",
            "iam:PassRole hands on rights; bind it: if: {iam:PassedToService: ",
        ),
        (":alarm:${name}", ":*", "is everything of the service; name the resource"),
        ('"arn:aws:cloudwatch:', '"arn:aws:iam:', "is of another service than cloudwatch or events or logs"),
        (":alarm:${name}", ":alarm:${nmae}", "has the unknown placeholder 'nmae'; known: account, boundary, "),
        (
            "cloudwatch:DeleteAlarms]",
            'cloudwatch:DeleteAlarms], if: {aws:ResourceAccount: ["${acount}"]}',
            "has the unknown placeholder 'acount'; known: account, boundary, ",
        ),
        (":alarm:${name}", ":alarm:${na-me}", "has a $ that begins no placeholder (${name}); known: account, "),
        (":alarm:${name}", ":alarm:${inputs.}", "has the unknown placeholder 'inputs.'; known: account, boundary, "),
        (
            "cloudwatch:DeleteAlarms]",
            'cloudwatch:DeleteAlarms], if: {aws:ResourceAccount: [""]}',
            "an empty text names nothing; leave it out, or say what it is",
        ),
        (
            "cloudwatch:DeleteAlarms]",
            'cloudwatch:DeleteAlarms], on: ["*"]',
            "delete: cloudwatch:DeleteAlarms are on no resource: name it (on), or say why (everywhere)",
        ),
        (
            "cloudwatch:DeleteAlarms]",
            "cloudwatch:DeleteAlarms], on: [alarm]",
            "'alarm' is no ARN; a type that has none says '*'",
        ),
        ("      update:\n", "      updates:\n", "unknown key"),
    ],
    ids=[
        *("another-service", "unbound", "everything", "another-arn", "placeholder", "placeholder-in-if"),
        *("unclosed", "no-input", "empty", "everywhere", "no-arn", "phase"),
    ],
)
def test_calls_that_a_type_does_not_have_are_refused(tmp_path, old, new, said):
    found = broken(tmp_path, "service/cloudwatch.yaml", old, new)

    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("update: []", "has no update: say what AWS is asked for it, or why it never is: never: {update: <reason>}"),
        ("", "has no update: say what AWS is asked for it, or why it never is: never: {update: <reason>}"),
        ("never: {create: Nobody makes it at all.}", "it should be 'update' or 'delete'"),
        ("never: {update: Nothing.}", "at least 10 characters"),
        (
            "never: {update: Another makes another., delete: It goes with it.}",
            "has calls for delete, and says why there are",
        ),
    ],
    ids=["empty", "left out", "never made", "no reason", "both"],
)
def test_a_phase_without_calls_says_why_in_one_word(tmp_path, new, said):
    standing = "never: {update: Another value makes another permission.}"

    (problem,) = broken(tmp_path, "service/lambda.yaml", standing, new)

    assert said in problem
    assert problem.startswith("policies/known/service/lambda.yaml:")


def test_whatever_is_made_is_read_by_calls(tmp_path):
    standing = "read:\n        - {actions: [lambda:GetPolicy], source: provider}"

    (problem,) = broken(tmp_path, "service/lambda.yaml", standing, "read: []")

    assert "calls.read is []; it should have at least 1 item" in problem


def test_what_has_tags_is_updated(tmp_path):
    standing = "never: {update: Another value makes another permission.}"
    tags = "      tags.Project: {free: The project's name.}\n      action: {is: lambda:InvokeFunction, required: true}"
    folder = tmp_path / "known"
    shutil.copytree(FOLDER, folder)
    file = folder / "service/lambda.yaml"
    assert standing in file.read_text()
    file.write_text(file.read_text().replace("      action: {is: lambda:InvokeFunction, required: true}", tags, 1))

    with pytest.raises(ReviewedFileError, match="as never updated, and its tags, which are: say by which calls"):
        load(SERVICE, folder)


def test_calls_that_two_worlds_have_are_told_in_one_line():
    network = known("network")

    with pytest.raises(ReviewedFileError) as error:
        calls_of([network, replace(network, files=dict.fromkeys(network.files, "policies/known/service/x.yaml"))])

    where = "policies/known/network/cloudwatch.yaml too: leave them in one"
    assert error.value.problems[0] == (
        f"policies/known/service/x.yaml: the calls of aws:cloudwatch/logGroup:LogGroup stand in {where}"
    )


def with_judge(monkeypatch: pytest.MonkeyPatch, **judge: str) -> list[str]:
    tables_ = known(SERVICE)
    key = tables_.types["aws:kms/key:Key"]
    changed = key.model_copy(update={"properties": {**key.properties, "keyUsage": Judge(**judge)}})
    types = {**tables_.types, "aws:kms/key:Key": changed}
    monkeypatch.setattr("policies.known.checking.known", lambda _world: tables.Known(types, tables_.files))
    return list(problems(RULE_OF, SERVICE))


def test_a_rule_that_is_not_about_the_type_judges_nothing_and_is_refused(monkeypatch: pytest.MonkeyPatch):
    assert with_judge(monkeypatch, rule="lambda-memory") == [
        "policies/known/service/kms.yaml: aws:kms/key:Key keyUsage names rule 'lambda-memory', which is not about "
        "aws:kms/key:Key; add the type to the rule, or say which values are good: "
        '{name: "${environment}-*-${suffix}"}, is, oneOf, limit or own'
    ]


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ({"rule": "kms-rotatio"}, "names rule 'kms-rotatio', but there is no such rule; did you mean 'kms-rotation'?"),
        ({"limit": "keyLimit"}, "names limit 'keyLimit', which environments.yaml does not have"),
        ({"own": "Kye.arn"}, "names 'Kye', which is no known type; did you mean 'Key'?"),
    ],
)
def test_an_entry_that_names_what_there_is_not_is_refused(monkeypatch, judge, said):
    assert with_judge(monkeypatch, **judge) == [f"policies/known/service/kms.yaml: aws:kms/key:Key keyUsage {said}"]


def test_a_finding_says_which_line_to_add():
    world = World()
    world.put("database-cluster", "domain", "d-1")
    world.add("aws:s3/bucketV2:BucketV2", "bucket", {})

    assert world.judge("known-properties") == [
        "database-cluster: domain is not known; nothing judges it. Remove it, or add it to "
        "policies/known/service/rds.yaml under "
        "aws:rds/cluster:Cluster with the rule that judges it or the reason why any value is good: "
        '"domain: {free: ...}"'
    ]
    assert world.judge("known-types") == [
        "bucket: aws:s3/bucketV2:BucketV2 is no known type; nothing judges it. Remove it, or add it to "
        "policies/known/service/s3.yaml with every property that may be set: "
        '"aws:s3/bucketV2:BucketV2: {reason: ..., properties: {...}}"'
    ]


def live() -> World:
    """Return a world of which the engine tells, not a recording."""
    world = World("prod", load_limits())
    world.recorded = None
    return world


def alarms(world: World) -> list[str]:
    """Return what blocks or worries somebody; what makes an accepted finding needless does neither."""
    said = world.judge(*RULE_OF)
    return [line for line in said if ": exempt: " not in line and "nothing needs it" not in line]


def test_nothing_that_a_provider_fills_in_alarms():
    world = live()
    for name, resource in list(world.resources.items()):
        if not resource.type.startswith("aws:"):
            continue
        # What AWS computes, nobody can guess; the next test is about that.
        plain = [prop for prop, computed in properties_of(resource.type).items() if not computed]
        filled = {prop: filled_in(resource.type, prop) for prop in plain if prop not in resource.props}
        world.option(name, props={**resource.props, **filled})

    assert alarms(world) == []


def test_what_the_provider_may_fill_in_by_itself_never_alarms():
    world = live()
    for name, resource in list(world.resources.items()):
        if resource.type.startswith("aws:"):
            filled = {
                prop: "filled in"
                for prop, fills in properties_of(resource.type).items()
                if fills and prop not in resource.props and not is_known(resource, prop) and prop != "policy"
            }
            world.option(name, props={**resource.props, **filled})

    assert alarms(world) == []


def is_known(resource: Resource, prop: str) -> bool:
    return any(row.path[0] == prop for row in known(SERVICE).rows(resource.type, resource.name))


def test_a_program_cant_say_that_a_provider_filled_something_in():
    world = World()
    world.put("database-cluster", "domain", "d-1")
    world.put("database-cluster", "__defaults", ["domain"])

    assert len(world.judge("known-properties")) == 2


def test_the_engines_own_provider_is_no_type_of_the_programs():
    world = live()
    world.add("pulumi:providers:random", "default_4_0_0", {})
    world.add("pulumi:providers:aws", "default_7_0_0", {})

    assert [line.split(":")[0] for line in world.judge("known-types")] == ["default_4_0_0"]


def world_with_an_unused_account(**limits_of_prod):
    world = World()
    limits = world.limits.environments["prod"]
    more = [*limits.trusted, limits.trusted[0].model_copy(update={"value": "444444444444"})]
    prod = limits.model_copy(update={"trusted": more, **limits_of_prod})
    world.limits = world.limits.model_copy(update={"environments": {**world.limits.environments, "prod": prod}})
    return world


def test_what_is_known_and_unused_is_said():
    world = world_with_an_unused_account()
    world.resources = {name: item for name, item in world.resources.items() if name != "tap-key-alias"}

    assert world.judge("known-unused") == [
        "stack: aws:kms/alias:Alias is known and unused; "
        "remove it from policies/known/service/kms.yaml, or say when it is optional",
        "stack: 444444444444 is trusted in prod and unused; remove it from environments.yaml",
    ]


def test_a_type_that_is_unused_takes_all_that_is_known_under_it_along():
    world = World()
    world.resources = {name: item for name, item in world.resources.items() if item.type != ALARM}

    (said,) = world.judge("known-unused")

    begins = f"stack: {ALARM} is known and unused with all of its resources (monitoring-app-errors, "
    assert said.startswith(begins)
    assert said.endswith("; remove it from policies/known/service/cloudwatch.yaml, or say when it is optional")


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (["monitoring-app-errors"], "monitoring-app-errors ({}) is known and unused; remove it from {}"),
        (
            ["monitoring-app-errors", "monitoring-app-duration"],
            "monitoring-app-errors, monitoring-app-duration ({}) are known and unused; remove them from {}",
        ),
    ],
    ids=["one", "two"],
)
def test_entries_of_a_type_that_is_used_are_said_in_one_line(gone, said):
    world = World()
    world.resources = {name: item for name, item in world.resources.items() if name not in gone}

    assert world.judge("known-unused") == [f"stack: {said.format(ALARM, 'policies/known/service/cloudwatch.yaml')}"]


def test_what_one_stack_doesnt_use_may_be_another_regions():
    assert world_with_an_unused_account().judge("known-unused") != []
    assert world_with_an_unused_account(other_regions=["eu-west-1"]).judge("known-unused") == []


def test_only_a_foundation_that_says_so_goes_without_what_the_repository_has_once():
    world = World("main", project=definition.FOUNDATION, repositorySettings="existing")
    assert world.judge("known-resources") == []
    assert [line for line in world.judge("known-unused") if "github" in line and "optional" not in line] == []

    del world.config["foundation:repositorySettings"]

    assert [line for line in world.judge("known-resources") if "github-ruleset" in line] == [
        "stack: github-ruleset (github:index/repositoryRuleset:RepositoryRuleset) is missing: Without it anybody who "
        "may push changes main."
    ]
    assert any(line.startswith("stack: github-image-environment (") for line in world.judge("known-resources"))
    assert any("IssueLabel is known and unused" in line for line in world.judge("known-unused"))


@pytest.mark.parametrize(
    ("project", "world"),
    [("parity", "service"), ("orders", "service"), ("networking-stack", "network"), ("foundation", "foundation")],
)
def test_a_project_is_judged_by_its_own_world(project, world):
    assert world_of(project) == world


def test_a_type_of_another_project_is_refused_with_the_file_of_this_one():
    world = World()
    world.project = "networking-stack"

    assert (
        "database-cluster: aws:rds/cluster:Cluster is no known type; nothing judges it. Remove it, or add it to "
        "policies/known/network/rds.yaml with every property that may be set: "
        '"aws:rds/cluster:Cluster: {reason: ..., properties: {...}}"'
    ) in world.judge("known-types")


def test_every_rule_of_the_known_world_is_mandatory_but_for_what_is_unused():
    levels = {rule.id: rule.default_level for rule in RULES if rule.id.startswith("known-")}

    assert [rule for rule, level in levels.items() if level != "mandatory"] == ["known-unused"]
    assert any(isinstance(rule, ResourceRule) for rule in RULES if rule.id.startswith("known-"))


def test_what_the_workflows_roles_may_be_allowed_is_as_it_is_derived():
    assert known_rights.FILE.read_text() == known_rights.text(), "run: python -m tests.policies.known_rights"
