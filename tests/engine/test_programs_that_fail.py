"""The real CLI with the double of its language host: how a program fails is told once, and where it fails."""

from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.program.cli.running import change

pytestmark = [*needs_pulumi, needs_the_double]


def previewed(engine):
    engine.must("stack", "init", STACK)
    return engine.pulumi("preview", "--stack", STACK)


def test_an_exception_is_shown_once_from_the_program_s_own_frame_on(engine):
    (engine.project / "program" / "__main__.py").write_text("def broken():\n    return 1 / 0\n\n\nbroken()\n")

    result = previewed(engine)

    assert result.code != 0
    assert result.output.count("ZeroDivisionError: division by zero") == 1
    assert 'program/__main__.py", line 5, in <module>' in result.output
    assert "run_program.py" not in result.output
    assert "warning: " not in result.output, (
        "the CLI warns of a language host that doesn't lie beside it: `make engine`"
    )


def test_a_virtual_environment_that_is_not_there_ends_the_run_at_once(engine):
    change(engine.project, "Pulumi.yaml", "virtualenv: .venv", "virtualenv: nowhere")

    result = previewed(engine)

    assert result.code != 0
    assert "nowhere/bin/python" in result.output
