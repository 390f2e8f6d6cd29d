"""The whole check without the policies: the three real stacks are one system, and what is not is named."""

import pulumi
import pytest
from pulumi_aws import sns

from policies.limits import Difference, load_limits
from program.errors import Problem, SettingsError
from program.manifest.canonical import canonical
from program.offline.check import check
from program.offline.examination import examine
from program.offline.packs import pack_host
from program.offline.result import PROGRAM_RULE
from program.offline.stacks import read_stacks
from program.project.definition import NETWORK, ROOT, SERVICE
from program.project.stackfile import REVIEW_TEMPLATE, stack_names
from program.service.stack import ROTATION_FOLDER, deploy
from tests.program.recorded import EXPLICIT_NETWORK, config_of

FUNCTION = "aws:lambda/function:Function::lambda-app-function"


def checked(limits=None, names=None, *, complete=True, done=lambda _stack: None):
    return check(names or stack_names(), limits or load_limits(), jobs=2, complete=complete, packs=None, done=done)


def examined(stack="prod"):
    (found,) = read_stacks((stack,), load_limits())
    return examine(found, load_limits(), packs=None)


@pytest.fixture(scope="module")
def result():
    return checked()


@pytest.fixture
def only_in_prod(monkeypatch):
    """Let the program do something more, in prod alone."""

    def arrange(more):
        def program():
            if pulumi.get_stack() == "prod":
                more()
            deploy()

        monkeypatch.setattr("program.service.stack.deploy", program)

    return arrange


@pytest.mark.parametrize("project", [SERVICE, NETWORK], ids=lambda project: project.label or "service")
def test_the_three_stacks_of_a_project_are_the_same_system(result, project):
    names = stack_names(ROOT, project)
    manifests = [stack.manifest for stack in result.stacks if stack.stack in names]

    assert result.ok
    assert result.comparison.stale == ()
    assert len(manifests) == len(load_limits().environments)
    assert len({manifest["baselineHash"] for manifest in manifests}) == 1
    assert len({manifest["resourcesHash"] for manifest in manifests}) == 1
    assert all(difference.declared for difference in result.comparison.differences)


def test_two_checks_give_the_same_bytes(result):
    again = checked()

    for one, other in zip(result.stacks, again.stacks, strict=True):
        assert canonical(one.manifest) == canonical(other.manifest)
    assert again == result


def test_nothing_of_this_machine_is_in_a_manifest(result):
    for stack in result.stacks:
        assert b"/lambda/rotation" not in canonical(stack.manifest)
        assert str(ROTATION_FOLDER.parent.parent).encode() not in canonical(stack.manifest)


def test_each_stack_is_told_when_it_is_done():
    heard = []

    checked(done=heard.append)

    assert sorted(heard) == sorted(stack_names())


def test_a_property_of_one_stack_alone_is_found_and_named(only_in_prod):
    def more():
        def transform(args):
            if args.name == "lambda-app-function":
                args.props["skip_destroy"] = True
            return pulumi.ResourceTransformationResult(args.props, args.opts)

        pulumi.runtime.register_stack_transformation(transform)

    only_in_prod(more)
    comparison = checked().comparison

    (found,) = [difference for difference in comparison.differences if not difference.declared]
    assert (found.resource, found.property) == (FUNCTION, "skipDestroy")
    assert found.values == {"dev": None, "prod": True, "staging": None}
    assert not comparison.match


def test_a_resource_of_one_stack_alone_is_found_and_named(only_in_prod):
    only_in_prod(lambda: sns.Topic("extra", name="extra"))

    (found,) = [difference for difference in checked().comparison.differences if not difference.declared]

    assert (found.resource, found.property) == ("aws:sns/topic:Topic::extra", "(resource)")
    assert found.values == {"dev": None, "prod": "present", "staging": None}


def test_a_stale_declaration_fails_the_check_of_all_stacks():
    limits = load_limits()
    stale = Difference(type="aws:s3/*", name="*", property="acl", reason="Nothing has it any more.")
    more = limits.model_copy(update={"differences": [*limits.differences, stale]})

    result = checked(more)

    assert result.comparison.stale == ("aws:s3/* *: property acl",)
    assert not result.ok
    assert checked(more, names=("prod",), complete=False).ok


def test_a_program_that_stops_is_a_finding_and_no_manifest(only_in_prod):
    def more():
        raise ValueError("no\nway")

    only_in_prod(more)
    result = examined()

    (finding,) = result.findings
    assert (finding.rule, finding.level, finding.outcome) == (PROGRAM_RULE, "mandatory", "error")
    assert finding.message == "the program stopped: ValueError: no way"
    assert (result.manifest, result.resources) == (None, ())
    assert (result.environment, result.region) == ("prod", "us-east-1")


def test_a_stack_says_on_which_line_of_its_file_each_setting_stands(result):
    lines = (ROOT / "stacks" / "Pulumi.prod.yaml").read_text().splitlines()
    prod = next(stack for stack in result.stacks if stack.stack == "prod")

    file, _, line = prod.settings["lambda.memory"].partition(":")
    assert file == "stacks/Pulumi.prod.yaml"
    assert "lambdaMemory" in lines[int(line) - 1]


def test_a_stack_without_settings_has_its_findings_alone():
    result = examined("nowhere")

    assert [finding.message for finding in result.findings] == ["the file does not exist"]
    assert (result.environment, result.region, result.manifest, result.resources) == (None, None, None, ())
    assert not result.ok


def test_a_checked_resource_has_what_policies_see(result):
    prod = next(stack for stack in result.stacks if stack.stack == "prod")
    by_name = {resource.name: resource for resource in prod.resources}
    cluster = by_name["database-cluster"]

    assert cluster.parent == by_name["database"].urn
    assert by_name["database-logs"].urn in cluster.dependencies
    assert cluster.inputs["backupRetentionPeriod"] == 7
    assert cluster.source.startswith("program/service/components/database.py:")
    assert by_name["secrets-bootstrap"].inputs["secretString"] == "${secret}"
    assert by_name["secrets-rotation-function"].inputs["code"] == "${asset}"
    assert next(resource for resource in prod.resources if resource.type == "pulumi:pulumi:Stack").parent is None


def test_a_network_of_ids_gives_the_same_resources_as_another_stacks(result, monkeypatch):
    config = config_of("prod", **EXPLICIT_NETWORK)
    monkeypatch.setattr("program.project.stackfile._entries", lambda _document: (config, []))
    network = "${networking."

    manifest = examined().manifest

    declared = next(stack.manifest for stack in result.stacks if stack.stack == "prod")
    key = "aws:rds/subnetGroup:SubnetGroup::database-subnets"
    assert manifest["resources"][key] == declared["resources"][key]
    assert all(subnet.startswith(network) for subnet in manifest["resources"][key]["inputs"]["subnetIds"])


def test_an_environments_own_account_is_the_one_it_is_checked_in():
    limits = load_limits()
    prod = limits.environments["prod"].model_copy(update={"account": "123456789012"})
    pinned = limits.model_copy(update={"environments": {**limits.environments, "prod": prod}})
    (stack,) = read_stacks(("prod",), pinned)

    result = examine(stack, pinned, packs=None)

    policy = next(resource for resource in result.resources if resource.name == "tap-key").inputs["policy"]
    assert "arn:aws:iam::123456789012:root" in policy


def test_problems_of_settings_are_sorted_and_said_once():
    problem = Problem("parity:b", "b is wrong")

    error = SettingsError([problem, Problem(None, "the file is wrong"), problem])

    assert error.problems == (Problem(None, "the file is wrong"), problem)
    assert str(error) == "the file is wrong\nb is wrong"


def test_the_template_of_review_stacks_is_shown_only_for_what_is_its_own(tmp_path):
    for name in ("Pulumi.yaml", "stacks", ".github", "policies", "program", "lambda"):
        (tmp_path / name).symlink_to(ROOT / name)
    limits = load_limits()
    with pack_host() as packs:
        whole = check(stack_names(), limits, jobs=2, complete=True, packs=packs, done=lambda _: None, template=True)
    (tmp_path / ".github").unlink()
    (tmp_path / ".github").mkdir()
    template = (ROOT / REVIEW_TEMPLATE).read_text().replace("lambdaMemory: 1024", "lambdaMemory: 4096")
    (tmp_path / REVIEW_TEMPLATE).write_text(template)

    with pack_host() as packs:
        broken = check(
            stack_names(), limits, jobs=2, complete=True, packs=packs, done=lambda _: None, template=True, root=tmp_path
        )

    assert sorted(stack.stack for stack in whole.stacks) == sorted(stack_names())
    assert [stack.stack for stack in broken.stacks] == [*(stack.stack for stack in whole.stacks), "pr-0"]
    (finding,) = broken.stacks[-1].findings
    line = template[: template.index("lambdaMemory")].count("\n") + 1
    assert (finding.rule, finding.source) == ("stack-settings", f"{REVIEW_TEMPLATE}:{line}")
    assert not broken.ok
