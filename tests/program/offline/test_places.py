"""A finding stands at the line that is to be mended: the property's, the caller's, the entry's."""

import ast

import pytest

from program.offline.packs import last_words
from program.offline.reviewed_lines import declaration_place, entry_place
from program.offline.source_lines import is_shared, property_place
from program.project.definition import ROOT

DATABASE = "program/service/components/database.py"
CLUSTER = "aws:rds/cluster:Cluster"


def line_of(file, text):
    lines = (ROOT / file).read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


CALL = line_of(DATABASE, "rds.Cluster(")


def test_a_property_has_the_line_of_its_argument():
    place = property_place(f"{DATABASE}:{CALL}", CLUSTER, "storageEncrypted is false; it must be true")

    assert place == f"{DATABASE}:{line_of(DATABASE, 'storage_encrypted=')}"


@pytest.mark.parametrize(
    ("source", "type_", "path"),
    [
        (f"{DATABASE}:{CALL}", CLUSTER, "has no argument of that name"),
        (f"{DATABASE}:{CALL}", "aws:kms/key:Key", "storageEncrypted"),
        (f"{DATABASE}:1", CLUSTER, "storageEncrypted"),
        ("program/gone.py:1", CLUSTER, "storageEncrypted"),
        (f"{DATABASE}:{CALL}", CLUSTER, ""),
    ],
    ids=["no argument", "another type", "no call", "no file", "no property"],
)
def test_what_has_no_line_of_its_own_stays_where_the_resource_is_made(source, type_, path):
    assert property_place(source, type_, path) == source


def test_what_stands_nowhere_stays_nowhere():
    assert property_place(None, CLUSTER, "storageEncrypted") is None


def test_a_method_that_components_share_is_told_from_one_of_their_own():
    file = "program/service/components/function.py"
    tree = ast.parse((ROOT / file).read_text())
    methods = {node.name: node.lineno for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

    assert is_shared(ROOT / file, methods["grant"] + 1)
    assert not is_shared(ROOT / file, methods["_egress"] + 1)
    assert not is_shared(ROOT / file, methods["__init__"] + 1)
    assert not is_shared(ROOT / file, 1)
    assert not is_shared(ROOT / "gone.py", 1)


def test_a_policy_that_a_component_asks_a_shared_method_for_is_the_components():
    from tests.policies.world import recorded

    sources = {item.name: item.source for item in recorded("prod")}

    assert sources["lambda-app-policy"].startswith("program/service/components/lambda_.py:")
    assert sources["secrets-rotation-policy"].startswith("program/service/components/secrets.py:")


@pytest.fixture
def reviewed(tmp_path):
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "exemptions.yaml").write_text(
        "exemptions:\n"
        "  - rule: rds-copy-tags\n    resource: database-cluster\n    environment: dev\n"
        "  - rule: rds-copy-tags\n    resource: database-cluster\n    environment: prod\n"
        "  - nonsense\n"
    )
    (folder / "environments.yaml").write_text(
        "accepted:\n  - {rule: rds-pgaudit, resource: database-x}\n"
        "differences:\n  - {type: a, name: b, property: c}\n  - {type: a, name: b, presence: true}\n"
    )
    return tmp_path


def test_an_entry_of_a_reviewed_file_has_its_own_line(reviewed):
    assert entry_place("rds-copy-tags for database-cluster in prod: expired", reviewed) == "policies/exemptions.yaml:5"
    assert entry_place("accepted rds-pgaudit for database-x in dev: nothing needs it", reviewed) == (
        "policies/environments.yaml:2"
    )
    assert declaration_place("a b: property c", reviewed) == "policies/environments.yaml:4"
    assert declaration_place("a b: presence", reviewed) == "policies/environments.yaml:5"


def test_an_entry_that_is_not_there_any_more_has_its_file(reviewed, tmp_path_factory):
    assert entry_place("x for y in dev: expired", reviewed) == "policies/exemptions.yaml"
    assert declaration_place("a b: presence", tmp_path_factory.mktemp("empty")) == "policies/environments.yaml"


def test_a_pack_that_python_could_not_read_is_told_by_its_line(tmp_path):
    said = [
        "Traceback (most recent call last):",
        f'  File "{tmp_path}/policies/rules/kms.py", line 140',
        "    x = (",
        "",
    ]

    assert last_words([*said, "SyntaxError: '(' was never closed"], tmp_path) == (
        "policies/rules/kms.py:140: SyntaxError: '(' was never closed; the policy pack did not start"
    )


def test_a_pack_that_names_the_line_itself_is_quoted_as_it_is(tmp_path):
    assert last_words(["policies/environments.yaml:157: no such rule"], tmp_path) == (
        "policies/environments.yaml:157: no such rule"
    )
    assert last_words(['  File "/usr/lib/x.py", line 1', "oh no"], tmp_path) == ("the policy pack did not start: oh no")
    assert last_words([], tmp_path) is None
