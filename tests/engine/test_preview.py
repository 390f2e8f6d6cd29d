"""The real engine previews every stack with the real pack, and finds what the check finds."""

import pytest

from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.engine.harness import STACK, Result, needs_pulumi
from tests.program.cli.running import change

pytestmark = needs_pulumi


def preview(engine, stack) -> Result:
    engine.make_network(stack)
    engine.must("stack", "init", stack)
    with engine.provider(stack):
        return engine.pulumi("preview", "--stack", stack, "--policy-pack", "policies")


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_the_preview_of_every_stack_keeps_every_mandatory_policy(engine, stack):
    result = preview(engine, stack)

    assert result.code == 0, result.output
    assert "parity-guard" in result.output
    assert "[mandatory]" not in result.output


def test_the_preview_stops_at_what_the_check_finds(engine):
    change(
        engine.project, "program/service/components/database.py", "storage_encrypted=True", "storage_encrypted=False"
    )

    result = preview(engine, STACK)

    assert result.code != 0
    assert "[mandatory]" in result.output
    assert "rds-encrypted" in result.output
    assert "storageEncrypted is false; it must be true" in result.output
