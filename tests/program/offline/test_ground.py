"""What a stack stands on is here and where the stack is: its network, and the foundation of its account."""

import shutil

import pytest

from policies.limits import Trusted, load_limits
from program.offline.stacks import SETTINGS_RULE, read_stacks, read_template
from program.project.definition import FOUNDATION, NETWORK, PROJECT_FILE, ROOT, STACKS
from program.project.stackfile import REVIEW_TEMPLATE, TEMPLATE_STACK, read_stack_file, stack_names

OURS, SECOND = "111122223333", "444455556666"
PROD, OF_THE_NETWORK = "stacks/Pulumi.prod.yaml", "stacks/network/Pulumi.prod.yaml"
MAIN = "stacks/foundation/Pulumi.main.yaml"
REF = "parity:networkingStackRef is organization/networking-stack/prod"
ADD = "add the file of a network in us-east-1 for prod to stacks/network/"


@pytest.fixture
def root(tmp_path):
    """The stack files, and what says that the projects are of this repository."""
    shutil.copytree(ROOT / STACKS, tmp_path / STACKS)
    for file in (PROJECT_FILE, NETWORK.file, FOUNDATION.file, REVIEW_TEMPLATE):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def change(root, file, old, new):
    text = (root / file).read_text()
    assert old in text, f"{file} no longer holds {old!r}; mend the test"
    (root / file).write_text(text.replace(old, new))


def limits_with(environment="prod", **changes):
    limits = load_limits()
    changed = limits.environments[environment].model_copy(update=changes)
    return limits.model_copy(update={"environments": limits.environments | {environment: changed}})


def found(root, limits=None, names=None):
    """Return the findings as `source: message`, each mandatory and in one line."""
    stacks = read_stacks(names or stack_names(root), limits or load_limits(), root)
    findings = [finding for stack in stacks for finding in stack.findings]
    for finding in findings:
        assert (finding.rule, finding.level, finding.outcome) == (SETTINGS_RULE, "mandatory", "failed")
        assert "\n" not in finding.message
    return [f"{finding.source}: {finding.message}" for finding in findings]


def test_the_stacks_as_they_are_stand_well(root):
    assert found(root) == []


@pytest.mark.parametrize("names", [None, ("prod",)], ids=["all stacks", "the stack alone"])
def test_a_network_of_another_region_is_refused_whoever_is_asked_for(root, names):
    limits = limits_with(other_regions=["eu-west-1"])
    change(root, OF_THE_NETWORK, "us-east-1", "eu-west-1")

    assert found(root, limits, names) == [
        f"{PROD}:7: {REF}, whose region is eu-west-1 and not us-east-1 ({OF_THE_NETWORK}); {ADD}"
    ]


def test_the_second_region_of_an_environment_is_told_the_network_that_it_has(root):
    limits = limits_with(other_regions=["eu-west-1"])
    for file in (PROD, OF_THE_NETWORK):
        second = (root / file).read_text().replace("us-east-1", "eu-west-1").replace("Suffix: main", "Suffix: eu")
        (root / file.replace("prod", "prod-eu")).write_text(second.replace("10.2.0.0", "10.9.0.0"))

    (line,) = found(root, limits)

    assert line.startswith(f"stacks/Pulumi.prod-eu.yaml:7: {REF}, whose region is us-east-1 and not eu-west-1")
    assert (
        "; name organization/networking-stack/prod-eu (under environments.prod.trusted in "
        "policies/environments.yaml too), or add the file of a network in eu-west-1 for prod"
    ) in line


def test_a_network_of_another_environment_is_refused_unless_the_owners_trust_it(root):
    change(root, OF_THE_NETWORK, "environment: prod", "environment: staging")
    change(root, OF_THE_NETWORK, "us-east-1", "us-west-2")
    limits = limits_with(region="us-west-2")
    change(root, PROD, "us-east-1", "us-west-2")
    trusted = [Trusted(value="organization/networking-stack/prod", reason="One network for the two of them.")]

    (line,) = found(root, limits, ("prod",))
    assert f"{REF}, whose environment is staging and not prod ({OF_THE_NETWORK}); " in line
    assert found(root, limits_with(region="us-west-2", trusted=trusted), ("prod",)) == []


def test_a_network_of_another_account_is_refused_even_where_it_is_trusted(root):
    change(root, PROD, "networking-stack/prod", "networking-stack/staging")
    change(root, PROD, "us-east-1", "us-west-2")
    trusted = [Trusted(value="organization/networking-stack/*", reason="One network for the two of them.")]
    limits = limits_with(region="us-west-2", trusted=trusted, account=SECOND)
    shutil.copy(root / MAIN, root / MAIN.replace("main", "second"))
    change(root, MAIN.replace("main", "second"), OURS, SECOND)
    for environment in ("dev", "staging"):
        limits.environments[environment] = limits.environments[environment].model_copy(update={"account": OURS})

    (line,) = found(root, limits, ("prod",))

    assert f"whose account is {OURS} and not {SECOND} (stacks/network/Pulumi.staging.yaml)" in line


def test_a_network_that_is_gone_is_missed_by_the_stack_that_names_it(root):
    (root / OF_THE_NETWORK).unlink()

    assert found(root) == [f"{PROD}:7: {REF}, and there is no {OF_THE_NETWORK}; {ADD}"]


def test_the_last_network_is_missed_too(root):
    shutil.rmtree(root / NETWORK.stacks)

    assert [line.split(":")[0] for line in found(root)] == [
        f"stacks/Pulumi.{name}.yaml" for name in ("dev", "prod", "staging")
    ]


@pytest.mark.parametrize("name", ["organization/others-network/prod", None], ids=["other project", "ids"])
def test_a_network_that_is_not_of_this_repository_is_not_looked_for(root, name):
    (root / OF_THE_NETWORK).unlink()
    given = name and f"networkingStackRef: {name}"
    by_ids = (
        "vpcId: vpc-0123456789abcdef0\n  parity:vpcCidr: 10.7.0.0/16\n"
        "  parity:privateSubnetIds: [subnet-0a, subnet-0b, subnet-0c]\n"
        "  parity:availabilityZones: [us-east-1a, us-east-1b, us-east-1c]"
    )
    change(root, PROD, "networkingStackRef: organization/networking-stack/prod", given or by_ids)

    assert found(root) == []


def test_what_review_stacks_are_made_from_is_asked_for_its_network_too(root):
    (root / "stacks/network/Pulumi.dev.yaml").unlink()

    template = read_template(read_stack_file(TEMPLATE_STACK, root, root / REVIEW_TEMPLATE), load_limits(), root)

    assert [finding.message.partition(";")[0] for finding in template.findings] == [
        "parity:networkingStackRef is organization/networking-stack/dev, and there is no stacks/network/Pulumi.dev.yaml"
    ]


def test_a_foundation_that_is_gone_is_missed_by_every_stack_in_the_same_words(root):
    (root / MAIN).unlink()

    lines = found(root)

    assert len(lines) == len(stack_names(root)) == 6
    (said,) = {line.partition(": ")[2] for line in lines}
    assert said.startswith("stacks/foundation/ has no stack, and every other needs the roles")
    assert f"add the file of the account's foundation, or remove {FOUNDATION.file}, where another" in said


@pytest.mark.parametrize("project", [NETWORK, FOUNDATION], ids=["network", "foundation"])
def test_a_project_that_is_another_repositorys_is_not_missed(root, project):
    shutil.rmtree(root / project.stacks)
    (root / project.file).unlink()

    assert found(root) == []


def test_an_account_without_a_foundation_is_told_with_those_that_have_one(root):
    limits = limits_with(account=SECOND)

    lines = found(root, limits, ("prod", "network/prod"))

    said = (
        f"environments.prod.account in policies/environments.yaml is {SECOND}, of which there is no foundation "
        f"(foundation/main is of {OURS}); add stacks/foundation/Pulumi.<name>.yaml with that account, or mend the limit"
    )
    assert lines == [f"{PROD}:4: {said}", f"{OF_THE_NETWORK}:4: {said}"]


def test_of_many_foundations_a_few_are_named(root):
    for number in range(1, 5):
        other = MAIN.replace("main", f"other{number}")
        shutil.copy(root / MAIN, root / other)
        change(root, other, OURS, f"99999999999{number}")

    (line,) = found(root, limits_with(account=SECOND), ("prod",))

    assert line.count(" is of ") == 3
    assert " and 2 more); add " in line


def test_with_two_foundations_an_environment_has_to_name_its_account(root):
    shutil.copy(root / MAIN, root / MAIN.replace("main", "second"))
    change(root, MAIN.replace("main", "second"), OURS, SECOND)

    assert found(root, limits_with(account=OURS), ("dev", "prod")) == [
        "stacks/Pulumi.dev.yaml:4: environments.dev.account in policies/environments.yaml is missing, and there are 2 "
        "foundations (foundation/main, foundation/second); give the account that dev lives in"
    ]


def test_a_foundation_that_names_no_account_is_its_own_finding_alone(root):
    change(root, MAIN, f'  foundation:account: "{OURS}"\n', "")

    (line,) = found(root, limits_with(account=SECOND))

    assert "foundation:account is missing" in line
