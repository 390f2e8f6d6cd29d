"""`init` makes the example a service of one's own: one name everywhere, nothing half-written, nothing done twice."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from program.offline.adoption.frozen import EXAMPLE, SERVICE, copy
from program.project.definition import ROOT
from program.project.files import write_whole
from tests.program.cli.running import run

OWNERS = ("--owners", "@acme/orders", "--guard-owners", "@acme/guards")
CLEAN, WRONG_USAGE, COULD_NOT_RUN = 0, 2, 3
# Where the word is the product's own: its command, its comments' markers, the names of its jobs.
PRODUCT = re.compile(r"\./parity|`parity`|parity-guard|Parity|parity check")
OLD_NAME = re.compile(r"(?<![A-Za-z])parity[-:][a-z$<*]|/parity\b|REPOSITORY=parity")


# The example's namespace in what a person reads: a key of a stack file, the folder of its states.
OLD_NAMESPACE = re.compile(r"(?<!\w)parity:[a-z]\w*|stacks/parity/")
# Where what a person reads stands, beside the documents at the root.
DOCUMENTS = (".github", "lambda", "policies", "program", "stacks")


def a_clone(folder: Path) -> Path:
    for name in (*SERVICE, ".github", "program"):
        copy(ROOT / name, folder / name)
    return folder


def texts(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def own(root: Path) -> dict[str, str]:
    """Return the texts of what is the service's own, without its documents of the product."""
    return {
        str(path.relative_to(root)): path.read_text()
        for name in SERVICE
        for path in (root / name, *(root / name).rglob("*"))
        if path.suffix in (".yaml", ".json", ".md") and path.is_file() and "policies" not in path.parts
    }


@pytest.fixture(scope="module")
def adopted(tmp_path_factory):
    root = a_clone(tmp_path_factory.mktemp("adopted"))
    done = run("init", "--name", "orders", *OWNERS, root=root)
    assert done.returncode == CLEAN, done.stderr
    return root, done


def test_every_file_that_has_the_name_gets_the_new_one(adopted):
    root, _ = adopted

    left = {name: OLD_NAME.findall(PRODUCT.sub("", text)) for name, text in own(root).items()}

    assert {name: found for name, found in left.items() if found} == {}, "init doesn't rename these: add them to it"
    assert "name: orders\n" in (root / "Pulumi.yaml").read_text()
    assert "@platform" not in (root / ".github/CODEOWNERS").read_text()
    assert "owner: orders" not in (root / "policies/environments.yaml").read_text()
    assert "owner: acme/orders" in (root / "policies/environments.yaml").read_text()


def test_no_document_and_no_workflow_has_the_examples_namespace(adopted):
    root, _ = adopted
    read = [
        file for folder in DOCUMENTS for file in (root / folder).rglob("*") if file.suffix in (".md", ".yml", ".yaml")
    ]

    left = {
        str(file.relative_to(root)): OLD_NAMESPACE.findall(file.read_text()) for file in (*read, *root.glob("*.md"))
    }

    assert {name: found for name, found in left.items() if found} == {}, "init doesn't rename these: add them to it"
    assert ".pulumi/stacks/orders/dev.json" in (root / ".github/RUNBOOKS.md").read_text()
    assert "`orders:dataProtection: protected`" in (root / ".github/RUNBOOKS.md").read_text()
    assert "`orders:logStatement`" in (root / ".github/OPERATING.md").read_text()


def test_the_rules_are_documented_as_make_docs_would_write_them(adopted):
    root = adopted[0]
    before = texts(root / "policies")

    subprocess.run([sys.executable, "-m", "policies.document"], cwd=root, check=True, capture_output=True)

    assert "orders:dataProtection: protected" in (root / "policies/RULES.md").read_text()
    assert texts(root / "policies") == before


def test_the_readme_is_the_services_with_its_own_badges(adopted):
    readme = (adopted[0] / "README.md").read_text()

    assert readme.startswith("# orders\n")
    assert "https://github.com/acme/orders/actions/workflows/drift.yml/badge.svg" in readme
    assert not (adopted[0] / ".github/pictures").exists()


def test_the_example_is_kept_as_it_was(adopted):
    for name in SERVICE:
        kept, was = adopted[0] / EXAMPLE / name, ROOT / name
        files = [""] if was.is_file() else [str(file.relative_to(was)) for file in was.rglob("*") if file.is_file()]
        for file in files:
            if "__pycache__" not in file:
                assert (kept / file).read_bytes() == (was / file).read_bytes(), f"{name}/{file}"


def test_the_check_passes_and_every_physical_name_has_the_prefix(adopted):
    done = run("check", "--format", "json", root=adopted[0])

    assert done.returncode == CLEAN, done.stdout[-2000:] + done.stderr
    stacks = {stack["stack"]: stack for stack in json.loads(done.stdout)["stacks"]}
    # Its roles have the names of the projects that they act on.
    foundation = [item["inputs"] for item in stacks.pop("foundation/main")["resources"]]
    assert {item.get("name") for item in foundation} >= {"dev-orders-deploy-main", "alias/prod-orders-state-key-main"}
    for stack in stacks.values():
        names = [item["inputs"]["name"] for item in stack["resources"] if item["type"] == "aws:iam/role:Role"]
        assert names
        assert all(name.startswith(f"{stack['environment']}-orders-") for name in names), names


@pytest.mark.parametrize("options", [(), ("--owners", "@acme/orders"), ("--guard-owners", "@acme/guards")])
def test_run_again_it_changes_nothing_whatever_it_is_told_no_more(adopted, options):
    root, _ = adopted
    before = texts(root)

    done = run("init", "--name", "orders", *options, root=root)

    assert (done.returncode, done.stdout) == (CLEAN, "")
    assert "this is orders already: nothing to do" in done.stderr
    assert texts(root) == before


def test_what_was_chosen_once_stays_until_something_else_is_chosen(tmp_path):
    root = a_clone(tmp_path)
    chosen = ("--prefix", "ord", "--repository", "acme/shop")
    assert run("init", "--name", "orders", *chosen, *OWNERS, root=root).returncode == CLEAN
    before = texts(root)

    again = run("init", "--name", "orders", root=root)

    assert (again.returncode, again.stdout) == (CLEAN, "")
    assert texts(root) == before
    foundation = root / "stacks/foundation/Pulumi.main.yaml"
    assert "foundation:tokenSubject: repo:acme/shop\n" in foundation.read_text()
    assert 'PREFIX = "ord"\n' in (root / "program/project/naming.py").read_text()

    assert run("init", "--name", "orders", "--repository", "acme/orders", root=root).returncode == CLEAN
    assert "foundation:tokenSubject: repo:acme/orders\n" in foundation.read_text()


def test_another_name_later_leaves_what_the_service_has_written(adopted, tmp_path):
    root = shutil.copytree(adopted[0], tmp_path / "later")
    (root / "README.md").write_text("# Ours\n")

    done = run("init", "--name", "payments", root=root)

    assert done.returncode == CLEAN, done.stderr
    assert (root / "README.md").read_text() == "# Ours\n"
    assert "payments:lambdaMemory" in (root / "stacks/Pulumi.dev.yaml").read_text()
    foundation = (root / "stacks/foundation/Pulumi.main.yaml").read_text()
    assert "foundation:stateBucket: payments-state-" in foundation
    assert "foundation:imageRepository: payments-app" in foundation
    assert "foundation:tokenSubject: repo:acme/orders\n" in foundation, "whom AWS trusts, only --repository changes"
    assert 'PREFIX = "payments"\n' in (root / "program/project/naming.py").read_text(), "it followed from the name"
    assert "name: parity\n" in (root / EXAMPLE / "Pulumi.yaml").read_text(), "the example stays what it was"
    assert run("check", "--quiet", root=root).returncode == CLEAN


def test_cut_off_between_two_files_it_goes_on_where_it_stopped(adopted, tmp_path):
    root = a_clone(tmp_path)
    # Pulumi.yaml, which has the old name, is written last; here half of the others are.
    for name in (EXAMPLE, "stacks/Pulumi.dev.yaml", ".github/review-stack.yaml", ".github/SETTING-UP.md"):
        copy(adopted[0] / name, root / name)

    done = run("init", "--name", "orders", *OWNERS, root=root)

    assert done.returncode == CLEAN, done.stderr
    assert texts(root) == texts(adopted[0])


def test_a_file_that_cant_be_changed_stops_it_before_any_is_written(tmp_path):
    root = a_clone(tmp_path)
    project = root / "Pulumi.yaml"
    project.write_text(project.read_text().replace("  namePrefix:\n", "  namePrefixes:\n"))
    before = (root / "stacks/Pulumi.dev.yaml").read_bytes()

    done = run("init", "--name", "orders", *OWNERS, root=root)

    assert done.returncode == COULD_NOT_RUN
    assert done.stderr == "error: Pulumi.yaml: namePrefix has no line default; add it, so that it can be orders\n"
    assert (root / "stacks/Pulumi.dev.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("given", "missing"),
    [((), "--owners and --guard-owners"), (OWNERS[:2], "--guard-owners"), (OWNERS[2:], "--owners")],
    ids=["neither", "the service's", "the guard's"],
)
def test_the_examples_owners_stay_nobodys_and_nothing_is_written_before_there_are_others(tmp_path, given, missing):
    root = tmp_path
    for name in ("Pulumi.yaml", "program", "policies", "stacks", ".github/CODEOWNERS"):
        copy(ROOT / name, root / name)
    before = texts(root)

    done = run("init", "--name", "orders", *given, root=root)

    assert (done.returncode, done.stdout) == (WRONG_USAGE, "")
    said = " ".join(done.stderr.replace("│", " ").split())
    assert f"{missing} missing, and .github/CODEOWNERS has the example's; give who reviews the service" in said
    assert texts(root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "Orders"), "'Orders' is not a project's name: up to 100 lower-case letters"),
        (("--name", "a" * 17), "is longer than a prefix of names may be (16 characters); give --prefix too"),
        (("--name", "a", "--prefix", "b" * 17), "is not a prefix of names: up to 16 lower-case letters"),
        (("--name", "a", "--owners", "orders"), "'orders' is not a GitHub team or user: @organisation/team"),
        (("--name", "a", "--repository", "a"), "'a' is not a GitHub repository: owner/name"),
        (
            ("--name", "networking-stack"),
            "'networking-stack' is what the networks' project has its configuration under; give the service another",
        ),
        (("--name", "aws"), "'aws' is what the AWS provider has its configuration under; give the service another"),
        ((), "Missing option '--name'"),
    ],
)
def test_what_can_be_no_name_is_refused_in_one_line(arguments, said):
    done = run("init", *arguments)

    assert done.returncode == WRONG_USAGE
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_a_file_is_written_whole_and_keeps_its_rights(tmp_path):
    path = tmp_path / "parity"
    path.write_text("old")
    path.chmod(0o755)

    write_whole(path, "new")

    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o755)
    assert list(tmp_path.iterdir()) == [path]
