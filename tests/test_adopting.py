"""The adopter's guide, followed from a fresh clone: each task takes the files that it says, and the check passes."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from policies.rules.identity import NAMES
from program.project.definition import ROOT
from tests import suite
from tests.program.cli.running import change, run

OWNERS = ("--owners", "@acme/orders", "--guard-owners", "@acme/guards")
CLEAN, FOUND = 0, 1
RIGHTS = "program/foundation/rights/service.yaml"
# What the foundation's roles may be allowed, written from both.
KNOWN_RIGHTS = "policies/known/foundation/rights.yaml"
GUIDE = (ROOT / ".github" / "ADOPTING.md").read_text()
A_QUEUE, A_SETTING = "A component, ", "A setting\n"
_BLOCK = re.compile(r"^```(?:python|diff) (?P<file>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_ANSWER = r"    # What AWS answers.*\n    # .*\n    answer:\n(?:      .*\n)+(?=    calls)"
_KNOWN = "policies/known/service/queue.yaml"
_CALLS_OF_A_QUEUE = """\
    calls:
      arn: "arn:aws:sqs:${region}:${account}:${name}"
      read: [{actions: [sqs:GetQueueAttributes], source: provider}]
      create: [{actions: [sqs:CreateQueue], source: provider}]
      update: [{actions: [sqs:SetQueueAttributes], source: provider}]
      delete: [{actions: [sqs:DeleteQueue], source: provider}]
"""
# What no clone needs.
_NOT_CLONED = shutil.ignore_patterns(
    ".coverage*", ".git", ".hypothesis", ".pulumi-state", ".venv", "*_cache", "__pycache__", "build"
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    root = tmp_path_factory.mktemp("clone") / "orders"
    return shutil.copytree(ROOT, root, ignore=_NOT_CLONED, symlinks=True)


@pytest.fixture
def service(clone, tmp_path):
    """A clone that is a service already, for one task."""
    root = shutil.copytree(clone, tmp_path / "orders")
    assert run("init", "--name", "orders", *OWNERS, root=root).returncode == CLEAN
    return root


def passes(root) -> None:
    done = run("check", root=root)
    assert done.returncode == CLEAN, done.stdout + done.stderr


def files(root) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "build" not in path.parts
    }


def changed(before: dict[str, bytes], root) -> list[str]:
    after = files(root)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def blocks(section: str) -> list[re.Match[str]]:
    """Return the blocks of the guide's section."""
    return list(_BLOCK.finditer(GUIDE.split(f"\n## {section}", 1)[1].split("\n## ", 1)[0]))


def followed(root, section: str) -> list[str]:
    """Write the section's blocks into the clone, and return their files: a block of a diff puts lines for lines."""
    for match in blocks(section):
        if "\n-" in f"\n{match['text']}":
            _put(root / match["file"], match["text"].splitlines())
        else:
            (root / match["file"]).write_text(match["text"])
    return [match["file"] for match in blocks(section)]


def rights_of(root) -> None:
    """Write anew what rights are about, as the guide says."""
    command = [sys.executable, "-m", "tests.program.foundation.inventory_source"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def _put(path, lines) -> None:
    text, old, new = path.read_text(), [], []
    for line in [*lines, "-"]:
        if line.startswith("-") and new:
            assert "\n".join(old) in text, f"{path.name} no longer has {old}; mend the guide"
            text = text.replace("\n".join(old), "\n".join(new), 1)
            old, new = [], []
        (old if line.startswith("-") else new).append(line[1:])
    path.write_text(text)


def a_queue(root) -> list[str]:
    assert run("new", "component", "queue", "--type", "aws:sqs/queue:Queue", root=root).returncode == CLEAN
    by_hand = followed(root, A_QUEUE)
    rights_of(root)
    return by_hand


def an_environment_in_two_regions(root) -> None:
    """Add qa in Ireland and Stockholm, from dev."""
    limits = root / "policies/environments.yaml"
    text = limits.read_text()
    block = text[text.index("  dev:\n") : text.index("  staging:\n")]
    registry = "    trusted:\n"
    block = block.replace("  dev:\n", "  qa:\n").replace("us-east-2", "eu-west-1")
    region = "    region: eu-west-1\n"
    block = block.replace(region, f"{region}    otherRegions: [eu-north-1]\n")
    second = (
        "      - value: 111122223333.dkr.ecr.eu-north-1.amazonaws.com\n        reason: The registry of that region.\n"
        "      - value: organization/networking-stack/qa-north\n        reason: The network of the second region.\n"
    )
    block = block.replace(registry, registry + second)
    text = text.replace("  staging:\n", f"{block}  staging:\n", 1).replace(
        "environments: [dev,", "environments: [dev, qa,"
    )
    limits.write_text(text)
    dev = (root / "stacks/Pulumi.dev.yaml").read_text()
    for stack, region, suffix, network, addresses in (
        ("qa", "eu-west-1", "main", "qa", "10.3.0.0"),
        ("qa-north", "eu-north-1", "north", "qa-north", "10.4.0.0"),
    ):
        own = dev.replace("us-east-2", region).replace("environment: dev", "environment: qa")
        own = own.replace("Suffix: main", f"Suffix: {suffix}").replace(
            "networking-stack/dev", f"networking-stack/{network}"
        )
        (root / f"stacks/Pulumi.{stack}.yaml").write_text(own)
        of_the_network = (root / "stacks/network/Pulumi.dev.yaml").read_text().replace("us-east-2", region)
        of_the_network = of_the_network.replace("environment: dev", "environment: qa").replace("10.0.0.0", addresses)
        of_the_network = of_the_network.replace("Suffix: main", f"Suffix: {suffix}")
        (root / f"stacks/network/Pulumi.{network}.yaml").write_text(of_the_network)
    # Each environment but the first is let in by somebody.
    foundation = root / "stacks/foundation/Pulumi.main.yaml"
    first = "    - staging team 1000001\n"
    foundation.write_text(foundation.read_text().replace(first, f"    - qa team 1000001\n{first}"))


def a_setting(root) -> None:
    assert followed(root, A_SETTING) == ["program/service/settings.py", "policies/environments.yaml"]
    subprocess.run([sys.executable, "-m", "program.offline.projects"], cwd=root, check=True)


def without_monitoring(root) -> None:
    """Remove a component, then what the check names."""
    stack = root / "program/service/stack.py"
    text = re.sub(r"        MonitoringComponent\(\n.*?\n        \)\n", "", stack.read_text(), flags=re.DOTALL)
    stack.write_text(re.sub(r"from program\.service\.components\.monitoring import .*\n", "", text))
    (root / "program/service/components/monitoring.py").unlink()
    said = run("check", root=root).stdout
    for named in ("known-resources", "known-unused", "stale-difference", "alarm-coverage"):
        assert named in said
    assert said.count("stacks/Pulumi.dev.yaml") == 2, "each rule that speaks of the stack names it once"
    (root / "policies/known/service/sns.yaml").unlink()
    _without(
        root / "policies/known/service/cloudwatch.yaml", r"  aws:cloudwatch/metricAlarm:MetricAlarm:\n(?:    .*\n|\n)+"
    )
    _without(root / "policies/known/service/tap.yaml", r"  tap:components:Monitoring:\n(?:    .*\n)+")
    limits = root / "policies/environments.yaml"
    _without(limits, r"  - type: aws:cloudwatch/metricAlarm:MetricAlarm\n(?:    .*\n)+")
    _without(limits, r"  - rule: sns-subscribed\n(?:    .*\n)+")
    limits.write_text(limits.read_text().replace("levels: {}", "levels: {alarm-coverage: off}"))


def _without(path, pattern: str) -> None:
    text, count = re.subn(pattern, "", path.read_text())
    assert count, f"{path.name} has nothing like {pattern}"
    path.write_text(text)


def test_the_guides_queue_passes_the_check_and_its_four_files_are_all_that_is_written_by_hand(service):
    before = files(service)

    by_hand = a_queue(service)

    passes(service)
    assert len(by_hand) == 4
    written = {"tests/own/conftest.py", "tests/own/test_queue.py", RIGHTS, KNOWN_RIGHTS}
    assert set(changed(before, service)) == {*by_hand, *written}
    role = run("rights", root=service)
    assert role.returncode == CLEAN, role.stderr
    assert suite.own_tests(service, ["-q", "-p", "no:cacheprovider"]) == 0
    manifest = json.loads(run("manifest", "prod", root=service).stdout)
    redrive = manifest["resources"]["aws:sqs/queue:Queue::queue-queue"]["inputs"]["redrivePolicy"]
    assert redrive["deadLetterTargetArn"] == "${queue-dead-letters.arn}", "what it stands for is part of the manifest"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("            redrive_policy=pulumi.Output.json_dumps(redrive, sort_keys=True),\n", "", "queue-dead-letters"),
        ("_FOURTEEN_DAYS = 14 * 24 * 60 * 60", "_FOURTEEN_DAYS = 60", "queue-retention"),
        ("            sqs_managed_sse_enabled=True,\n", "", "known-values"),
    ],
)
def test_the_guides_rules_fail_what_they_are_about(service, old, new, said):
    a_queue(service)
    change(service, "program/service/components/queue.py", old, new)

    done = run("check", root=service)

    assert done.returncode == FOUND
    assert said in done.stdout


@pytest.mark.parametrize(
    ("file", "pattern", "said"),
    [
        (_KNOWN, _ANSWER, "aws:sqs/queue:Queue has no simulated answer"),
        (_KNOWN, r"    calls:\n(?:      .*\n)+", f"has no calls: no role could make it; add to {_KNOWN}"),
        (RIGHTS, r"- type: aws:sqs/queue:Queue\n(?:  .*\n)+", "aws:sqs/queue:Queue is in no right"),
    ],
    ids=["answer", "calls", "rights"],
)
def test_what_a_type_lacks_is_told(service, file, pattern, said):
    a_queue(service)
    _without(service / file, pattern)

    done = run("check", root=service)

    assert done.returncode == FOUND
    assert said in " ".join(done.stdout.split())


def test_the_component_that_new_writes_passes_with_its_call_and_what_aws_is_asked(service):
    before = files(service)
    done = run("new", "component", "queue", "--type", "aws:sqs/queue:Queue", root=service)
    imported, called = [line.strip() for line in done.stderr.splitlines()[1:3]]
    change(
        service,
        "program/service/stack.py",
        "from program.service.components.secrets",
        f"{imported}\nfrom program.service.components.secrets",
    )
    change(
        service, "program/service/stack.py", "        manifest = stack", f"        {called}\n        manifest = stack"
    )

    without = run("check", root=service)
    said = " ".join(without.stdout.split())
    assert "aws:sqs/queue:Queue has no calls" in said, without.stdout
    assert 'calls: {arn: "arn:aws:sqs:${region}:${account}:${name}", read: [{actions: [sqs:...]' in said
    assert "the ARN's form and the actions are for you to say" in said
    name = '    properties:\n      name: {name: "${environment}-queue'
    change(service, _KNOWN, name, f"{_CALLS_OF_A_QUEUE}{name}")
    rights_of(service)
    passes(service)
    by_hand = {"program/service/stack.py", _KNOWN}
    assert set(changed(before, service)) == {*done.stdout.split(), *by_hand, RIGHTS, KNOWN_RIGHTS}
    assert run("new", "component", "queue", "--type", "aws:sqs/queue:Queue", root=service).stdout == "", (
        "and again, nothing"
    )


def test_the_guides_setting_is_held_to_its_limit_and_stands_in_the_manifest(service):
    a_setting(service)

    passes(service)
    configuration = json.loads(run("manifest", "prod", root=service).stdout)["configuration"]
    assert configuration["queue"] == {"tries": 3}
    stack = service / "stacks/Pulumi.prod.yaml"
    stack.write_text(stack.read_text() + "  orders:queueTries: 11\n")
    done = run("check", root=service)
    assert done.returncode == FOUND
    assert "orders:queueTries is 11" in " ".join(done.stdout.split())


def test_what_only_one_of_two_regions_needs_is_not_called_unused(service):
    an_environment_in_two_regions(service)

    done = run("check", "--format", "json", root=service)

    stacks = {stack["stack"]: stack["findings"] for stack in json.loads(done.stdout)["stacks"]}
    assert done.returncode == CLEAN, done.stderr
    assert {"qa", "qa-north"} <= stacks.keys()
    assert [found for name in ("qa", "qa-north") for found in stacks[name] if found["rule"] == "known-unused"] == []


def test_protected_data_costs_one_line(service):
    stack = service / "stacks/Pulumi.prod.yaml"
    stack.write_text(stack.read_text() + "  orders:dataProtection: protected\n")

    passes(service)


def test_a_variable_of_the_app_costs_its_line_and_what_judges_it(service):
    change(
        service,
        "program/service/components/lambda_.py",
        '                    "ENVIRONMENT_NAME"',
        '                    "LOG_LEVEL": "INFO",\n                    "ENVIRONMENT_NAME"',
    )
    change(
        service,
        "policies/known/service/lambda.yaml",
        "          environment.variables.ENVIRONMENT_NAME: {rule: lambda-environment}\n",
        "          environment.variables.ENVIRONMENT_NAME: {rule: lambda-environment}\n"
        "          environment.variables.LOG_LEVEL: {oneOf: [INFO, WARNING], required: true}\n",
    )

    passes(service)


def test_a_service_that_has_changed_all_of_that_passes_and_so_do_the_products_tests(service):
    a_queue(service)
    an_environment_in_two_regions(service)
    a_setting(service)
    without_monitoring(service)
    rights_of(service)

    passes(service)
    stacks = json.loads(run("stacks", root=service).stdout)["include"]
    of_the_service = [row["stack"] for row in stacks if "/" not in row["stack"]]
    assert sorted(of_the_service) == ["dev", "prod", "qa", "qa-north", "staging"]
    assert suite.own_tests(service, ["-q", "-p", "no:cacheprovider"]) == 0
    # Those that know most of the example; make test runs all of them.
    tests = ("tests/program/service", "tests/policies/test_limits.py", "tests/policies/test_document.py")
    tests = (*tests, "tests/workflows/test_owners.py", "tests/program/offline/test_check.py")
    tests = (*tests, "tests/program/foundation/test_rights.py", "tests/policies/test_known.py")
    copied = suite.copied(service, service / suite.COPY)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *tests, "-p", "no:cacheprovider"],
        cwd=copied,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_two_services_side_by_side_share_no_name(service, tmp_path):
    other = shutil.copytree(service, tmp_path / "payments")
    assert run("init", "--name", "payments", root=other).returncode == CLEAN

    names = [physical_names(root) for root in (service, other)]

    assert names[0]
    assert len(names[0]) == len(names[1])
    assert names[0] & names[1] == set()


def physical_names(root) -> set[tuple[str, str]]:
    """Return the names of the service itself: services of one account stand on its one foundation and its networks."""
    found = json.loads(run("check", "--format", "json", root=root).stdout)
    return {
        (item["type"], str(item["inputs"][NAMES[item["type"]].property]))
        for stack in found["stacks"]
        if "/" not in stack["stack"]
        for item in stack["resources"]
        if item["type"] in NAMES
    }


def test_the_table_says_how_many_files_the_examples_take():
    rows = dict(re.findall(r"^\| ([^|]+?) \| [^|]+ \| (\d+) \|", GUIDE, re.MULTILINE))

    assert rows["the queue below, with two rules"] == str(len(blocks(A_QUEUE))) == "4"
    assert rows["a component, from its skeleton"] == "2"
    assert rows["data that is protected in prod"] == "1"


def without_rotation(root) -> None:
    """Take the rotation out of the program as the guide says, and leave all that is known of it."""
    components = root / "program/service/components"
    for file, cuts in {
        components / "secrets.py": [
            (
                r"        version = self\._bootstrap_version\(\)\n        host = .*?(?=        self\.register_outputs)",
                "        self._bootstrap_version()\n",
            ),
            (r"    def _rotation_function.*\Z", ""),
        ],
        components / "monitoring.py": [(r"        for alarm in _rotation_alarms\(\):\n.*?\n(?=        cluster)", "")],
        root / "program/service/key_policy.py": [(r"            f\"/aws/lambda/[^\n]*'rotation'[^\n]*\n", "")],
    }.items():
        text = file.read_text()
        for pattern, instead in cuts:
            text, count = re.subn(pattern, instead, text, flags=re.DOTALL)
            assert count == 1, f"{file.name} no longer has {pattern}; mend the test, and look at the guide"
        file.write_text(text)


def test_what_is_left_of_a_rotation_that_is_gone_is_named_one_by_one(service):
    without_rotation(service)

    done = run("check", "--format", "json", root=service)

    assert done.returncode == FOUND, done.stderr
    (dev,) = [stack for stack in json.loads(done.stdout)["stacks"] if stack["stack"] == "dev"]
    failed = [item for item in dev["findings"] if item["level"] == "mandatory" and item["outcome"] == "failed"]
    missing = {item["message"].partition(" ")[0] for item in failed if item["rule"] == "known-resources"}
    assert missing >= {
        *(
            "secrets-rotation-function",
            "secrets-rotation-logs",
            "secrets-rotation-permission",
            "secrets-rotation-policy",
        ),
        *("secrets-rotation-role", "secrets-rotation-security-group", "secrets-schedule", "database-ingress-rotation"),
        *("secrets-rotation-egress-database", "secrets-rotation-egress-https"),
    }
    assert "sm-rotation" in {item["rule"] for item in failed}
