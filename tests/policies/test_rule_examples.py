"""Every rule's page shows what fails and what passes, from the cases that the rule is tested with."""

import pytest

from policies.catalogue import RULES
from policies.examples import EXAMPLES_FILE, load_examples
from policies.schema import ReviewedFileError
from tests.policies.rule_examples import example_of, text


def test_the_examples_are_those_of_the_cases():
    assert EXAMPLES_FILE.read_text(encoding="utf-8") == text(), (
        "run: python -m tests.policies.rule_examples, then make docs"
    )


def test_every_rule_has_an_example():
    assert {rule.id for rule in RULES} - load_examples().keys() == set(), "add a case that the rule passes, or fails"


def test_what_an_example_says_is_what_the_rule_says():
    example = example_of("rds-encrypted")

    assert example == {
        "failing": "# database-cluster (aws:rds/cluster:Cluster)\nstorageEncrypted: false\n",
        "passing": "# database-cluster (aws:rds/cluster:Cluster)\nstorageEncrypted: true\n",
        "says": "database-cluster: storageEncrypted is false; it must be true",
    }


def test_examples_that_can_not_be_read_are_told_with_their_line(tmp_path):
    file = tmp_path / "examples.yaml"
    file.write_text("examples:\n  a: {failing: x}\n")

    with pytest.raises(ReviewedFileError, match=r"examples\.yaml:2: examples\.a\.says is missing"):
        load_examples(file)
