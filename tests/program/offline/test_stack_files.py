"""Bad stack files: every problem at once, each one clear line with its place, and no stack read from them."""

import os
import shutil

import pytest

from policies.limits import load_limits
from program.errors import CouldNotRunError, SettingsError
from program.offline.stacks import SETTINGS_RULE, read_stacks
from program.project.definition import PROJECT_FILE, ROOT, SERVICE, STACKS
from program.project.stackfile import SECRET_MARKER, read_stack_file, stack_names
from program.service.settings import Settings

PROD = (ROOT / STACKS / "Pulumi.prod.yaml").read_text()
DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def root(tmp_path):
    """A project with no stack in it yet."""
    shutil.copy(ROOT / PROJECT_FILE, tmp_path)
    (tmp_path / STACKS).mkdir()
    return tmp_path


def write(root, content, stack="prod"):
    path = root / STACKS / f"Pulumi.{stack}.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def problems(root, *names):
    """Return the problems of the stacks as `source: message`; each finding is mandatory, of the one rule, one line."""
    stacks = read_stacks(names or ("prod",), load_limits(), root)
    findings = [finding for stack in stacks for finding in stack.findings]
    for finding in findings:
        assert (finding.rule, finding.level, finding.outcome) == (SETTINGS_RULE, "mandatory", "failed")
        assert finding.resource is None
        assert "\n" not in finding.message
        assert len(finding.message) < 400
        assert str(root) not in finding.message
    return [f"{finding.source}: {finding.message}" for finding in findings]


def changed(old, new):
    assert old in PROD, f"stacks/Pulumi.prod.yaml no longer holds {old!r}; mend the test"
    return PROD.replace(old, new)


def bomb():
    rungs = "".join(f"x{number}: &x{number} [{f'*x{number - 1}, ' * 9}1]\n" for number in range(1, 12))
    return f"x0: &x0 [1]\n{rungs}config: *x11\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1: the file is empty; it must be a mapping with the key config"),
        ("# nothing\n", "1: the file is empty; it must be a mapping with the key config"),
        ("- config\n", "1: the file is a list; it must be a mapping with the key config"),
        ("config\n", "1: the file is a text; it must be a mapping with the key config"),
        ("42\n", "1: the file is a number; it must be a mapping with the key config"),
        ("true\n", "1: the file is a true or false; it must be a mapping with the key config"),
        ("secretsprovider: x\n", "1: config is missing; it must be a mapping of keys to values"),
        ("\nconfig:\n", "2: config is missing; it must be a mapping of keys to values"),
        ("config: [1]\n", "1: config is a list; it must be a mapping of keys to values"),
        (
            "config: {a: 1\n",
            "1: not YAML: the bracket opened here is not closed (line 2: expected ',' or '}', but got '<stream end>')",
        ),
        ("config:\n\tparity:egress: nat\n", "2: not YAML: found character '\\t' that cannot start any token"),
        ("a: 1\n---\nb: 2\n", "2: not YAML: but found another document"),
        (b"config: \xff\n", "1: byte 8 is not UTF-8"),
        (b"config: \x07\n", "1: not YAML: unacceptable character #x0007: special characters are not allowed"),
        ("config:\n  parity:egress: nat\n  parity:egress: vpc\n", "3: 'parity:egress' stands twice (first on line 2)"),
        ("config: !!python/object/apply:os.system ['true']\n", "1: holds a tag (!); write the value out"),
        ("config: !secret x\n", "1: holds a tag (!); write the value out"),
        ("config: &all {}\n", "1: holds an anchor (&); write the value out"),
        (bomb(), "1: holds an anchor (&); write the value out"),
        ("config:\n  ? [1]\n  : 2\n", "2: a key is not a plain word"),
        ("[" * 100_000, "1: nested deeper than 20 levels"),
        ("config:\n" + "  # text\n" * 40_000, "1: the file has 360008 bytes; at most 262144 are read"),
    ],
    ids=[
        "empty",
        "comments alone",
        "a list",
        "text",
        "a number",
        "a boolean",
        "no config",
        "empty config",
        "config is a list",
        "malformed",
        "a tab",
        "two documents",
        "not UTF-8",
        "a control character",
        "a key twice",
        "a python tag",
        "a tag",
        "an anchor",
        "an anchor bomb",
        "a list for a key",
        "deep",
        "huge",
    ],
)
def test_a_file_that_is_not_a_stack_file_is_one_line(root, content, expected):
    write(root, content)

    assert problems(root) == [f"stacks/Pulumi.prod.yaml:{expected}"]


def test_a_missing_file_is_one_line(root):
    assert problems(root) == ["stacks/Pulumi.prod.yaml:1: the file does not exist"]


def test_a_folder_in_the_place_of_a_file_is_one_line(root):
    (root / STACKS / "Pulumi.prod.yaml").mkdir()

    assert problems(root) == ["stacks/Pulumi.prod.yaml:1: the file can't be read: Is a directory"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("parity:lambdaMemory:", "parity:lambdaMemroy:", "unknown key 'parity:lambdaMemroy'; did you mean"),
        ("config:", "confg: {}\nconfig:", "unknown key 'confg'; did you mean 'config'?"),
        ("config:", "config:\n  egres: nat", "unknown key 'parity:egres'; did you mean 'parity:egress'?"),
        ("lambdaMemory: 4096", "lambdaMemory: lots", "parity:lambdaMemory is 'lots'; it must be a whole number of MB"),
        ("lambdaMemory: 4096", "lambdaMemory: [4096]", "parity:lambdaMemory is '[4096]'; it must be a whole number"),
        ("lambdaMemory: 4096", "lambdaMemory: 4096.5", "parity:lambdaMemory is 4096.5 without quotes, which"),
        ("lambdaMemory: 4096", "lambdaMemory: true", "parity:lambdaMemory is 'true'; it must be a whole number of MB"),
        ("lambdaMemory: 4096", "lambdaMemory: ", "parity:lambdaMemory is empty; give it a value or remove it"),
        ("lambdaMemory: 4096", "lambdaMemory: 64", "parity:lambdaMemory is 64; prod allows 4096 (change it, or "),
        ("lambdaMemory: 4096", f"lambdaMemory: 1{'0' * 900}", "parity:lambdaMemory is 1000"),
        ("lambdaMemory: 4096", f"lambdaMemory: 1{'0' * 5000}", "a number has 5001 digits"),
        ("errorThreshold: 3", "errorThreshold: 1001", "parity:errorThreshold is 1001; prod allows 3"),
        ("latencyThreshold: 2000", "latencyThreshold: 99", "parity:latencyThreshold is 99; prod allows 2000"),
        ("databaseInstances: 2", "databaseInstances: 17", "parity:databaseInstances is '17'; it must be 1 to 16"),
        ("databaseInstances: 2", "databaseInstances: 1", "parity:databaseInstances is 1; prod allows 2"),
        ("environment: prod", "environment: porduction", "which policies/environments.yaml doesn't know"),
        ("environment: prod", "environment: prd", "doesn't know; did you mean 'prod'?"),
        ("environment: prod", "environment: Prod!", "is 'Prod!'; it must be up to 16 lower-case letters and digits"),
        ("environmentSuffix: main", "environmentSuffix: a--b", "is 'a--b'; it must be up to 20 lower-case letters"),
        ("aws:region: us-east-1", "aws:region: mars", "aws:region is 'mars'; it must be an AWS region such as"),
        ("aws:region: us-east-1", "aws:region: us-west-2", "aws:region is us-west-2; prod allows us-east-1"),
        ("sha256:", "sha256=", "parity:dockerImageUri is '111122223333"),
        ("aws:region: us-east-1", "parity:egress: vpc", "aws:region is missing; add it to the stack file"),
        ("config:", "config:\n  backupRetentionDays: 3", "parity:backupRetentionDays is 3; every environment allows 7"),
        ("config:", "config:\n  secretRotationDays: 0", "parity:secretRotationDays is '0'; it must be 1 to 1000 days"),
        ("config:", "config:\n  secretRotationDays: 1001", "parity:secretRotationDays is '1001'; it must be 1 to"),
        ("config:", "config:\n  logStatement: none", "parity:logStatement is none; every environment allows all"),
        ("config:", "config:\n  dataProtection: half", "is 'half'; it must be ephemeral or protected"),
        (
            "config:",
            'config:\n  databaseEngineVersion: "15.4"',
            "is 15.4; AWS no longer creates that version; take",
        ),
        ("config:", 'config:\n  databaseEngineVersion: "16.1"', "is 16.1; that version isn't allowed; take one of"),
        (
            "config:",
            "config:\n  alarmEmail: nobody",
            "parity:alarmEmail has a value that is not shown; it must be an e-mail address",
        ),
        ("config:", "config:\n  privateSubnetIds: {a: 1}", "is {'a': 1}; it must be a list of subnet ids"),
        ("config:", f"config:\n  privateSubnetIds: '{'[' * 50_000}'", "; it must be a list of subnet ids"),
        ("config:", "config:\n  vpcCidr: 10.0.0.0/99", "is '10.0.0.0/99'; it must be an IPv4 range such as"),
        ("config:", "config:\n  vpcId: vpc-12345678\n  egress: nat", "both are set of parity:networkingStackRef and"),
        (
            "parity:networkingStackRef: organization/networking-stack/prod",
            "parity:egress: vpc",
            "neither is set of parity:networkingStackRef and parity:vpcId",
        ),
        ("parity:networkingStackRef:", "aws:profile:", "aws:profile is a credential, which no stack file may hold"),
        ("config:", "config:\n  pulumi:tags: {a: b}", "pulumi:tags"),
        ("config:", "config:\n  lambdaMemory: 4096", "parity:lambdaMemory stands twice, once without its namespace"),
        ("lambdaMemory: 4096", "lambdaMemory: {secure: abc}", "is encrypted; only parity:alarmEmail may be"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_found_and_what_is_allowed(root, old, new, expected):
    write(root, changed(old, new))

    found = problems(root)

    assert any(expected in problem for problem in found), found


def test_a_problem_stands_at_its_line_with_or_without_the_namespace(root):
    write(root, changed("parity:lambdaMemory: 4096", "lambdaMemory: 64"))

    (problem,) = problems(root)

    line = 1 + PROD.splitlines().index("  parity:lambdaMemory: 4096")
    assert problem.startswith(f"stacks/Pulumi.prod.yaml:{line}: parity:lambdaMemory is 64")


def test_all_problems_of_one_kind_are_said_at_once(root):
    write(root, "config:\n  egres: vpc\n  lambdaMemory: lots\n  environment: 7!\n")

    found = " | ".join(problems(root))

    for key in ("egres", "lambdaMemory", "environment", "lambdaCpu", "dockerImageUri", "errorThreshold"):
        assert f"parity:{key}" in found
    assert "aws:region is missing" in found


def test_all_broken_limits_are_said_at_once(root):
    text = PROD.replace("4096", "1024").replace('"2"', '"1"').replace("us-east-1\n", "us-west-2\n")
    write(root, text.replace("Threshold: 3", "Threshold: 30"))

    found = [problem.split(": ", 1)[1].partition(" is ")[0] for problem in problems(root)]

    assert found == ["aws:region", "parity:errorThreshold", "parity:lambdaCpu", "parity:lambdaMemory"]


def test_ids_of_a_network_must_be_whole(root):
    write(root, changed("parity:networkingStackRef: organization/networking-stack/prod", "vpcId: vpc-12345678"))

    found = " | ".join(problems(root))

    assert "parity:privateSubnetIds has 0 different entries; with parity:vpcId it needs 3" in found
    assert "parity:availabilityZones has 0 different entries" in found
    assert "parity:egress is vpc, but neither parity:vpcCidr nor parity:endpointSecurityGroupId is set" in found


def test_a_whole_network_of_ids_is_taken(root):
    network = (
        "vpcId: vpc-12345678\n  vpcCidr: 10.0.0.0/16\n  privateSubnetIds: [a, b, c]\n  availabilityZones: [d, e, f]"
    )
    write(root, changed("parity:networkingStackRef: organization/networking-stack/prod", network))

    assert problems(root) == []
    (stack,) = read_stacks(("prod",), load_limits(), root)
    assert stack.settings.private_subnet_ids == ("a", "b", "c")


def test_two_stacks_that_claim_one_name_both_say_so(root):
    write(root, PROD)
    write(root, PROD, "twin")
    write(root, PROD.replace("Suffix: main", "Suffix: second"), "second")

    found = problems(root, "prod", "second", "twin")

    assert len(found) == 2
    assert found[0].startswith("stacks/Pulumi.prod.yaml:")
    assert "environment prod with suffix main is claimed by twin too" in found[0]
    assert "claimed by prod too" in found[1]


@pytest.mark.parametrize("name", ["postgres", "rdsadmin", "template1"])
def test_a_database_that_every_cluster_has_already_is_refused(root, name):
    write(root, f"{PROD}  parity:databaseName: {name}\n")

    (found,) = problems(root, "prod")
    assert f"parity:databaseName is {name}, which every cluster has already" in found


def test_the_suffix_of_a_review_stack_is_refused_in_a_stack_file(root):
    write(root, PROD.replace("Suffix: main", "Suffix: pr-7"))

    (found,) = problems(root, "prod")
    assert "parity:environmentSuffix is pr-7; suffixes that begin with pr- are review stacks'" in found
    assert found.startswith("stacks/Pulumi.prod.yaml:5: ")


def test_one_suffix_for_all_makes_twins_of_one_environment(root, monkeypatch):
    write(root, PROD)
    write(root, PROD.replace("Suffix: main", "Suffix: second"), "second")
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "pr-7")

    assert len(problems(root, "prod", "second")) == 2


def test_a_bad_suffix_of_the_environment_is_refused(root, monkeypatch):
    write(root, PROD)
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "Not/This")

    (problem,) = problems(root)

    assert "parity:environmentSuffix is 'Not/This'; it must be up to 20 lower-case letters" in problem


def test_what_pulumi_itself_writes_is_no_problem(root):
    own = "encryptionsalt: v1:x\nencryptedkey: y\nsecretsprovider: z\n"
    write(root, own + changed("config:", "config:\n  alarmEmail: {secure: v1:abc}"))

    assert problems(root) == []
    assert read_stack_file("prod", root).config["parity:alarmEmail"] == SECRET_MARKER


@pytest.mark.parametrize("secret", ["hunter2", "hunter2 \\ and more", "hunter2" * 40])
def test_a_setting_that_may_be_encrypted_is_never_shown(secret):
    config = {**read_stack_file("prod").config, "parity:alarmEmail": secret}

    with pytest.raises(SettingsError) as caught:
        Settings.parse(config, {})

    assert str(caught.value) == "parity:alarmEmail has a value that is not shown; it must be an e-mail address"


def test_every_setting_that_may_be_encrypted_is_hidden_where_settings_are_printed():
    config = {**read_stack_file("prod").config, "parity:alarmEmail": "hunter2@example.com"}

    settings = Settings.parse(config, {})

    assert settings.alarm_email == "hunter2@example.com"
    assert "hunter2" not in f"{settings!r} {settings}"


def test_review_stacks_and_other_files_are_no_stacks(root):
    for name in ("prod", "pr-12", "pr-x"):
        write(root, PROD, name)
    (root / STACKS / "notes.yaml").write_text("")
    (root / STACKS / "a-folder").mkdir()

    assert stack_names(root) == ("pr-x", "prod")


def test_a_project_without_stacks_has_none(tmp_path):
    assert stack_names(tmp_path) == ()


LETTERS = "(a stack's name begins with a lower-case letter, and has lower-case letters, digits and hyphens alone)"
TAKEN = "(the workflows have a GitHub environment of that name, with other rights)"
OTHER = "(a stack's file is Pulumi.<stack>.yaml)"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        *((f"Pulumi.{name}.yaml", LETTERS) for name in ("--help", "-x", "Prod", "pROD", "a b", "7", "a.b", "a_b", "é")),
        *((f"Pulumi.{name}.yaml", TAKEN) for name in ("review", "image", "prod-preview", "prod-drift")),
        *((name, OTHER) for name in ("pulumi.prod.yaml", "Pulumi.prod.yml", "Pulumi.prod.YAML", "Pulumi.yaml")),
    ],
)
def test_a_file_that_looks_like_a_stack_and_cannot_be_one_is_named(root, file, reason):
    write(root, PROD)
    (root / STACKS / file).write_text("")

    with pytest.raises(CouldNotRunError) as failed:
        stack_names(root)

    assert str(failed.value) == f"stacks/: rename or remove {ascii(file)[1:-1]} {reason}"


def test_many_of_them_are_one_line(root):
    for number in range(9):
        (root / STACKS / f"Pulumi.{number}{'x' * 200}\n.yaml").write_text("")

    with pytest.raises(CouldNotRunError) as failed:
        stack_names(root)

    assert "\n" not in str(failed.value)
    assert str(failed.value).endswith(" and 4 more")
    assert len(str(failed.value)) < 1000


def test_thousands_of_stack_files_are_one_line(root):
    for number in range(10_000):
        (root / STACKS / f"Pulumi.s{number}.yaml").touch()

    with pytest.raises(CouldNotRunError, match=r"^stacks/ holds more than 500 files, which are more stacks than are"):
        stack_names(root)


def test_thousands_of_unknown_keys_are_one_line(root):
    write(root, PROD + "".join(f"  key{number}: 1\n" for number in range(12_000)))

    (problem,) = problems(root)

    assert "config has 120" in problem
    assert problem.endswith(" keys; at most 300 are read, and Pulumi.yaml names them")

    write(root, PROD + "".join(f"key{number}: 1\n" for number in range(12_000)))
    (problem,) = problems(root)
    assert (
        problem
        == "stacks/Pulumi.prod.yaml:2: the file has 12001 keys; at most 300 are read, and Pulumi.yaml names them"
    )


def test_a_file_larger_than_memory_is_measured_and_not_read(root):
    with (root / STACKS / "Pulumi.prod.yaml").open("wb") as file:
        file.truncate(3 * 1024**3)

    assert problems(root) == ["stacks/Pulumi.prod.yaml:1: the file has 3221225472 bytes; at most 262144 are read"]


@pytest.mark.parametrize("kind", ["a pipe", "a device"])
def test_what_has_no_end_is_not_read(root, kind):
    file = root / STACKS / "Pulumi.prod.yaml"
    if kind == "a pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")

    assert problems(root) == [
        "stacks/Pulumi.prod.yaml:1: the file is a pipe, a socket or a device; only an ordinary file is read"
    ]


def test_defaults_are_text_as_pulumi_hands_them_over():
    defaults = SERVICE.defaults()

    assert defaults["parity:backupRetentionDays"] == "7"
    assert defaults["parity:privateSubnetIds"] == "[]"
    assert defaults["parity:egress"] == "vpc"
    assert "parity:lambdaMemory" not in defaults


def test_the_projects_file_is_read_as_pulumi_reads_it(tmp_path):
    (tmp_path / PROJECT_FILE).write_text(
        "name: orders\nstackConfigDir: stacks\n"
        "config:\n  plain: 7\n  orders:full: {value: [a]}\n  aws:region: {value: eu-west-1}\n  asked: {type: string}\n"
    )

    assert SERVICE.name(tmp_path) == "orders"
    assert SERVICE.defaults(tmp_path) == {"orders:plain": "7", "orders:full": '["a"]', "aws:region": "eu-west-1"}
    assert SERVICE.declared_keys(tmp_path) == ("aws:region", "orders:asked", "orders:full", "orders:plain")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Pulumi.yaml: the file does not exist"),
        ("name: [", "Pulumi.yaml: not YAML"),
        ("- name\n", "Pulumi.yaml: it is no mapping; it must have name and config"),
        ("name: parity\nconfig:\n", "Pulumi.yaml: it has no mapping config"),
        ("name: a b\nstackConfigDir: stacks\nconfig: {a: {}}\n", "Pulumi.yaml: name is 'a b'; it must be up to 100"),
        ("name: a\nconfig: {a: {}}\n", "Pulumi.yaml: stackConfigDir is None; it must be stacks"),
    ],
    ids=["missing", "malformed", "a list", "without config", "a bad name", "no folder"],
)
def test_a_broken_project_file_stops_everything(tmp_path, content, words):
    (tmp_path / STACKS).mkdir()
    write(tmp_path, PROD)
    if content is not None:
        (tmp_path / PROJECT_FILE).write_text(content)

    with pytest.raises(CouldNotRunError, match=words):
        read_stack_file("prod", tmp_path)


def test_stacks_of_a_project_that_is_gone_are_told_with_both_ways_out(tmp_path):
    (tmp_path / STACKS / "network").mkdir(parents=True)
    (tmp_path / STACKS / "network" / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n")

    with pytest.raises(CouldNotRunError) as stopped:
        read_stack_file("network/dev", tmp_path)

    assert str(stopped.value) == (
        "program/network/Pulumi.yaml: the file does not exist, and stacks/network/ has stacks of it; "
        "add it, or remove these"
    )
