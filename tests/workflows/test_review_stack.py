"""The template of review stacks is one that can be deployed, beside every other stack."""

import re

from policies.limits import limits
from program.offline.stacks import read_stack
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import read_stack_file, stack_names

TEMPLATE = ROOT / ".github" / "review-stack.yaml"


def settings(monkeypatch, stack):
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", stack)
    read = read_stack(read_stack_file(stack, ROOT, TEMPLATE), limits())
    assert read.findings == ()
    return read.settings


def test_a_review_stack_keeps_the_limits_and_has_names_of_its_own(monkeypatch):
    one, other = settings(monkeypatch, "pr-7"), settings(monkeypatch, "pr-8")

    assert one.names.physical("app", "function") != other.names.physical("app", "function")
    assert one.names.physical("app", "function").endswith("-pr-7")
    assert one.data_protection == "ephemeral"


def test_it_runs_the_image_that_every_stack_runs():
    files = [TEMPLATE, *(ROOT / "stacks" / f"Pulumi.{stack}.yaml" for stack in stack_names(ROOT, SERVICE))]

    assert len({re.search(r"sha256:\w+", file.read_text())[0] for file in files}) == 1
