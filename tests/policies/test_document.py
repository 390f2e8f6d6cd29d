"""What is generated is up to date, and says nothing that the data don't."""

import pytest

from policies import document
from policies.catalogue import RULES
from policies.limits import CommonLimits, EnvironmentLimits, load_limits
from policies.references import load_references

REFERENCES = load_references()


@pytest.mark.parametrize("path", document.documents(), ids=lambda path: path.name)
def test_the_document_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == document.documents()[path], "run: make docs"


def test_writing_writes_what_is_tested(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "FOLDER", tmp_path)

    document.write()

    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        "COVERAGE.md",
        "RULES.md",
        "drift-ignores.schema.json",
        "drift-noise.schema.json",
        "environments.schema.json",
        "exemptions.schema.json",
        "known/known.schema.json",
        "known/options.schema.json",
        "known/parameters.schema.json",
    ]


def test_every_rule_has_its_section_and_every_environment_its_level():
    text = document.documents()[document.FOLDER / "RULES.md"]

    assert [rule.id for rule in RULES if f"\n## {rule.id}\n" not in text] == []
    assert (
        f"| [rds-encrypted](#rds-encrypted) | critical | {' | '.join(['mandatory'] * len(load_limits().environments))}"
        in text
    )


def test_no_document_promises_compliance():
    for text in document.documents().values():
        assert "compliant" not in text


def test_every_reference_is_of_a_rule_a_framework_and_a_source_that_exist():
    rules = {rule.id for rule in RULES}

    assert set(REFERENCES.rules) - rules == set(), "references.yaml names a rule that is gone"
    for items in REFERENCES.rules.values():
        assert len({(item.framework, item.id) for item in items}) == len(items), "a control stands twice"
        for item in items:
            assert item.framework in REFERENCES.frameworks
            assert item.source in REFERENCES.sources
            assert (item.source == "own") is (item.provenance == "inferred")
    assert {gap.framework for gap in REFERENCES.gaps} <= set(REFERENCES.frameworks)


def test_a_control_that_asks_for_more_than_the_limits_is_a_gap():
    text = document.documents()[document.FOLDER / "COVERAGE.md"]

    assert "| CloudWatch.16 | log-retention | gap: the limits allow less | gap: the limits allow less |" in text
    assert "| RDS.15 | rds-instances | gap: the limits allow less | gap: the limits allow less | mandatory |" in text


def test_every_figure_that_a_control_asks_for_is_a_limit():
    fields = set(EnvironmentLimits.model_fields) | set(CommonLimits.model_fields)
    asked = {item.at_least.limit for items in REFERENCES.rules.values() for item in items if item.at_least}

    assert asked - fields == set()


def test_no_gap_is_supported_by_a_rule():
    supported = {(item.framework, item.id) for items in REFERENCES.rules.values() for item in items}

    assert [gap.id for gap in REFERENCES.gaps if (gap.framework, gap.id) in supported] == []


def test_every_limit_that_a_rule_names_exists():
    known = set(EnvironmentLimits.model_fields) | set(CommonLimits.model_fields)

    assert [rule.id for rule in RULES if set(rule.limits) - known] == []


def test_every_limit_is_used_by_a_rule():
    used = {limit for rule in RULES for limit in rule.limits}
    elsewhere = {"levels", "undecided_fails"}
    # Settings are judged by these before any resource exists (program/service/validation.py).
    of_settings = {"instance_memory_gib", "settings"}

    assert set(EnvironmentLimits.model_fields) - used - elsewhere - of_settings == set()
    assert set(CommonLimits.model_fields) - used - of_settings == set()


def test_every_rule_says_what_why_and_how_to_mend():
    for rule in RULES:
        assert all(text.endswith(".") for text in (rule.title, rule.why, rule.fix)), rule.id
        assert rule.types, rule.id


@pytest.mark.parametrize("name", ["environments", "exemptions"])
def test_a_reviewed_file_names_its_schema_for_editors(name: str):
    first = (document.FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]

    assert first == f"# yaml-language-server: $schema={name}.schema.json"
    assert document.FOLDER / f"{name}.schema.json" in document.documents()


def test_a_rule_that_has_no_example_yet_has_a_page_all_the_same(monkeypatch):
    monkeypatch.setattr(document, "load_examples", dict)

    text = document.documents()[document.FOLDER / "RULES.md"]

    assert "\n## rds-encrypted\n" in text
    assert "Fails, with" not in text
