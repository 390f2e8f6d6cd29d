"""Of an exception, a reader sees its own message and the program's line, and no head of a traceback."""

import json
import traceback

import pytest

from program.engine.pulumi_cli.failures import explained
from program.engine.pulumi_cli.process import Ran
from program.engine.pulumi_cli.tracebacks import own_message
from tests.program.engine.standin import STACK

# As the engine says it of a program that raises.
UNHANDLED = """\
Program failed with an unhandled exception:
Traceback (most recent call last):
  File "/home/me/project/program/__main__.py", line 3, in <module>
    deploy()
    ~~~~~~^^
  File "/home/me/project/program/service/stack.py", line 42, in deploy
    raise ValueError("the first line\\nand another")
  File "/home/me/project/.venv/lib/python3.11/site-packages/pulumi/program/output.py", line 7, in apply
    func(value)
ValueError: the first line
and another
"""
SAID = "ValueError: the first line and another (program/service/stack.py:42)"


def test_the_exceptions_own_message_and_the_programs_line_are_said():
    assert own_message(UNHANDLED) == SAID


def test_a_long_traceback_hides_nothing():
    deep = UNHANDLED.replace("    deploy()\n", '    deploy()\n  File "/usr/lib/x.py", line 1, in y\n    z()\n' * 500)

    assert own_message(deep) == SAID


def test_of_an_exception_that_followed_another_the_last_is_said():
    chained = (
        UNHANDLED
        + "\nDuring handling of the above exception, another exception occurred:\n\n"
        + UNHANDLED.replace("ValueError: the first line\nand another", "KeyError: 'x'")
    )

    assert own_message(chained) == "KeyError: 'x' (program/service/stack.py:42)"


def told(error):
    """Return what Python prints of the error when it is raised."""
    return "".join(traceback.format_exception(raised(error)))


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


def test_of_a_group_all_members_are_said():
    said = own_message(told(ExceptionGroup("several", [ValueError("one"), KeyError("two")])))

    assert said.startswith("ExceptionGroup: several (2 sub-exceptions)")
    assert "ValueError: one" in said
    assert "KeyError: 'two'" in said


def test_of_members_with_tracebacks_the_last_is_said():
    members = [raised(ValueError("one")), raised(KeyError("two"))]

    assert own_message(told(ExceptionGroup("several", members))).startswith("KeyError: 'two'")


def test_a_text_without_a_traceback_is_one_line():
    assert own_message("  something\n\n is  wrong \n") == "something is wrong"


def test_a_traceback_that_was_cut_off_says_where():
    assert own_message(UNHANDLED.partition("ValueError:")[0]) == "the program failed (program/service/stack.py:42)"
    assert own_message("Traceback (most recent call last):\n") == "the program failed"


def test_what_the_cli_prints_of_it_is_told_like_the_engines_word():
    assert explained(Ran(1, "", f"error: {UNHANDLED}"), "here") == (
        f"pulumi failed for stack here with exit code 1: {SAID}"
    )


@pytest.mark.parametrize("urn", ["", f"urn:pulumi:{STACK}::parity::pulumi:pulumi:Stack::parity-{STACK}"])
def test_a_preview_of_a_program_that_raises_says_what_it_said(commands, tmp_path, urn):
    events = tmp_path / "events.jsonl"
    said = [{"urn": urn, "severity": "error", "message": text} for text in (UNHANDLED, "update failed")]
    events.write_text("".join(json.dumps({"diagnosticEvent": each}) + "\n" for each in said))
    commands.pulumi.export("deployed")
    commands.pulumi.answer("preview", code=1, events=str(events))

    code, out, _ = commands.run("preview", STACK, "--bundle", tmp_path / "bundle", "--format", "json")

    assert (code, json.loads(out)["error"]) == (3, SAID)
