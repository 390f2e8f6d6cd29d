"""A stack file means the same to Pulumi and to us, or the finding says what to quote."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program.project.scalars import is_unclear
from program.project.stackfile import read_stack_file

# How Go's YAML reads a value without quotes (gopkg.in/yaml: resolve.go), in its own order.
WORDS = {"y", "yes", "n", "no", "on", "off", "true", "false", "null", "~", "<<", ".nan", ".inf", "+.inf", "-.inf"}
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")


def go_takes_for_text(text: str) -> bool:
    if text.lower() in WORDS or DATE.fullmatch(text):
        return False
    plain = text.replace("_", "")
    for base in (0, 10):
        try:
            int(plain, base)
        except ValueError:
            continue
        return False
    return not NUMBER.fullmatch(plain) and not re.fullmatch(r"[-+]?0[0-7]+", plain)


scalars = st.one_of(
    st.text(alphabet="0123456789eExXboO_+-.:abf", min_size=1, max_size=8),
    st.text(alphabet="yesnoYESNOtrufalTRUFALul~.infNa", min_size=1, max_size=5),
    st.dates().map(str),
    st.integers().map(str),
    st.integers().map(hex),
    st.integers(0).map(oct),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
)


@given(scalars)
def test_what_pulumi_takes_for_no_text_is_said_unless_both_read_the_same(text):
    both = re.fullmatch(r"-?(0|[1-9][0-9]{0,14})|true|false", text) is not None

    assert go_takes_for_text(text) or both or is_unclear(text), f"{text}: Pulumi reads no text, and nothing is said"


@pytest.mark.parametrize(
    "text", ["main", "pr-7", "db.r6g.large", "organization/networking-stack/prod", "a1", "vpc", "1a"]
)
def test_words_need_no_quotes(text):
    assert not is_unclear(text)


def file_of(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text("config:\n" + "".join(f"  {line}\n" for line in lines))
    return path


@pytest.mark.parametrize("text", ["12e5", "0123", "0x1f", "1e3", "2027-01-31", "15.10", "yes", "0o17", "1_000"])
def test_an_unquoted_value_is_a_finding_that_says_quote_it(tmp_path, text):
    file = file_of(tmp_path, f"parity:environmentSuffix: {text}", f"parity:privateSubnetIds: [a, {text}]")

    first, second = read_stack_file("x", file=file).problems

    assert first.key == "parity:environmentSuffix"
    assert first.message == (
        f"parity:environmentSuffix is {text} without quotes, which Pulumi reads otherwise than as this text; "
        f'quote it: "{text}"'
    )
    assert second.key == "parity:privateSubnetIds"


def test_a_quoted_value_is_none(tmp_path):
    file = file_of(tmp_path, 'parity:environmentSuffix: "12e5"', "parity:lambdaMemory: 4096", "parity:x: true")

    assert read_stack_file("x", file=file).problems == ()


def test_blanks_around_a_value_are_a_finding(tmp_path):
    (problem,) = read_stack_file("x", file=file_of(tmp_path, 'parity:lambdaMemory: "1024 "')).problems

    assert problem.message == "parity:lambdaMemory begins or ends with a blank, which Pulumi keeps; remove it"


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH")
@pytest.mark.parametrize("text", ["12e5", "0123", "0x1f", "1e3", "main", "4096", "true", "pr-7"])
def test_the_cli_reads_what_we_say_that_it_reads(tmp_path, text):
    (tmp_path / "Pulumi.yaml").write_text("name: parity\nruntime: python\n")
    file_of(tmp_path, f"parity:value: {text}")
    (tmp_path / "state").mkdir()
    variables = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}", "PULUMI_CONFIG_PASSPHRASE": "x"}
    command = ["pulumi", "config", "get", "value", "--stack", "x", "--non-interactive"]
    kept = (tmp_path / "Pulumi.x.yaml").read_text()
    subprocess.run(
        ["pulumi", "stack", "init", "x"], cwd=tmp_path, env=environment(variables), check=True, capture_output=True
    )
    (tmp_path / "Pulumi.x.yaml").write_text(kept)

    read = subprocess.run(
        command, cwd=tmp_path, env=environment(variables), check=True, capture_output=True, text=True
    ).stdout.strip()

    assert (read == text) is not is_unclear(text) or read == text


def environment(variables: dict[str, str]) -> dict[str, str]:
    import os

    return {**os.environ, **variables, "PULUMI_SKIP_UPDATE_CHECK": "true"}
