"""One example for each rule, as examples.yaml has them: what fails, what the rule says of it, and what passes.

`python -m tests.policies.rule_examples` writes the file from the cases that the rules are tested with.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from policies.schema import StrictModel, parse_file

EXAMPLES_FILE = Path(__file__).resolve().parent / "examples.yaml"


class Example(StrictModel):
    """The inputs of a resource, in YAML, that fail the rule and that pass it, and the finding."""

    failing: str
    passing: str
    says: str


class Examples(StrictModel):
    """All that the file says."""

    examples: dict[str, Example]


@cache
def load_examples(path: Path = EXAMPLES_FILE) -> Mapping[str, Example]:
    """Read the examples by rule; raise ReviewedFileError with every problem and its line."""
    return parse_file(Examples, path).examples
