"""A cloud in which nothing of the stack is, is another one: that is said before anybody believes in so many deletes."""

import pytest

from program.engine.presence import refuse_another_cloud
from program.errors import CouldNotRunError
from tests.program.engine.standin import STACK, recorded_checkpoint


def resources():
    return [state.urn for state in recorded_checkpoint("deployed").states if state.of_the_cloud]


def test_when_everything_is_gone_the_account_and_the_region_of_the_stack_are_told():
    everything = resources()

    with pytest.raises(CouldNotRunError) as refused:
        refuse_another_cloud(recorded_checkpoint("deployed"), everything, STACK)

    said = str(refused.value)
    assert said.startswith(f"none of the {len(everything)} resources of stack {STACK} is in the cloud that was asked")
    assert "account 9" in said
    assert "region us-east-2: check the credentials" in said
    assert f"`./parity destroy {STACK} --confirm {STACK}`" in said


def test_what_is_still_there_or_was_never_there_says_nothing():
    refuse_another_cloud(recorded_checkpoint("deployed"), resources()[1:], STACK)
    refuse_another_cloud(recorded_checkpoint("empty"), (), STACK)
