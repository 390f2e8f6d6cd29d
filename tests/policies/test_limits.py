# ruff: noqa: E501  # whole messages, each on a line
"""The limits file: everything that is wrong with it, at once, each with its line."""

import os
import re
from pathlib import Path

import pytest

from policies.limits import LIMITS_FILE, limits, load_limits
from policies.schema import ReviewedFileError, suggest


def problems_with(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """Return what is wrong with the real file after the changes, without the line numbers."""
    text = LIMITS_FILE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{old!r} is no longer in the limits: change the test"
        text = text.replace(old, new, 1)
    path = tmp_path / "environments.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReviewedFileError) as error:
        load_limits(path)
    name = re.escape(f"{tmp_path.name}/environments.yaml:")
    return [re.sub(rf"^{name}(\d+:)? ", "", problem) for problem in error.value.problems]


def test_the_limits_are_read_once():
    assert limits() is limits()
    assert limits() == load_limits()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    region: us-east-2\n", "    regoin: us-east-2\n", "unknown key 'environments.dev.regoin'; did you mean 'region'?"),
        ("region: us-east-2", "region: 7", "environments.dev.region is 7; it should be a valid string"),
        ("lambdaMemory: [1024]", "lambdaMemory: []", "environments.dev.lambdaMemory is []; it should have at least 1 item"),
        ("lambdaMemory: [1024]", 'lambdaMemory: ["1024"]', "environments.dev.lambdaMemory.0 is '1024'; it should be"),
        ("errorThreshold: {min: 0, max: 1000}", "errorThreshold: {min: 9, max: 1}", "has min 9 over max 1"),
        ("databaseInstanceClass: [db.t4g.medium]", "databaseInstanceClass: [db.x]", "allows db.x in dev; common.instanceMemoryGib"),
        ('lambdaCpu: ["0.5"]', 'lambdaCpu: ["7"]', "allows 7 vCPU in dev; common.reservedConcurrency doesn't have it"),
        ("    presence: true\n", "", "takes either 'property' or 'presence: true'"),
        ("kmsDeletionWindowDays: {ephemeral: 7,", "kmsDeletionWindowDays: {ephemeral: 6,", "should be greater than or equal to 7"),
        ("schemaVersion: 1\n", "schemaVersion: 2\n", "schemaVersion is 2; it should be 1"),
        ("  prod:\n", "  Prod:\n", "should match pattern"),
        ("    levels: {}\n", "    levels: {x: never}\n", "should be 'mandatory', 'advisory' or 'off'"),
        ("schemaVersion: 1\n", "", "schemaVersion is missing"),
    ],
)  # fmt: skip
def test_a_wrong_limit_is_one_clear_line(tmp_path, old: str, new: str, said: str):
    found = problems_with(tmp_path, (old, new))

    assert len([line for line in found if said in line]) == 1, found


def test_all_problems_are_said_at_once(tmp_path):
    found = problems_with(
        tmp_path, ("region: us-east-2", "region: 7"), ("backupRetentionDays: [7]", "backupRetentionDays: 7")
    )

    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is None; it must be a mapping of keys to values"),
        ("- a\n", "the file is ['a']; it must be a mapping of keys to values"),
        ("a: [\n", "not YAML: "),
    ],
)
def test_a_file_of_another_shape_is_one_line(tmp_path, text: str, said: str):
    path = tmp_path / "environments.yaml"
    path.write_text(text)

    with pytest.raises(ReviewedFileError, match=re.escape(said)) as error:
        load_limits(path)
    assert len(error.value.problems) == 1


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ReviewedFileError, match=f"^{tmp_path.name}/none.yaml: the file does not exist$"):
        load_limits(tmp_path / "none.yaml")


def test_a_name_is_suggested_or_all_known_ones_are_told():
    assert suggest("regoin", ["region", "account"]) == "; did you mean 'region'?"
    assert suggest("zzz", ["region", "account"]) == "; known: account, region"
    assert suggest("zzz", []) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - {path: lambda.memory, reason", "  - {paht: lambda.memory, reason", "unknown key 'scaling.0.paht'; did you mean 'path'?"),
        ("errorThreshold: {min: 0,", "errorThreshold: {mni: 0,", "unknown key 'common.errorThreshold.mni'; did you mean 'min'?"),
        ("    databaseInstances: [2]\n", "    databaseInstances: [2]\n    zzz: [1]\n", "unknown key 'environments.prod.zzz'; the limit of a setting that has no key here stands in settings: {zzz: ...}"),
    ],
)  # fmt: skip
def test_an_unknown_key_anywhere_gets_the_known_ones_of_its_place(tmp_path, old: str, new: str, said: str):
    assert said in problems_with(tmp_path, (old, new))


def test_thousands_of_problems_are_told_by_their_first_ones(tmp_path):
    keys = "".join(f"key{number}: 1\n" for number in range(2_000))

    said = problems_with(tmp_path, ("schemaVersion: 1\n", f"schemaVersion: 1\n{keys}"))

    assert len(said) == 51
    assert said[-1] == "and 1950 more problems"


@pytest.mark.parametrize("kind", ["a pipe", "a device"])
def test_a_reviewed_file_without_an_end_is_one_line(tmp_path, kind):
    path = tmp_path / "environments.yaml"
    if kind == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")

    with pytest.raises(ReviewedFileError, match=r"environments\.yaml: the file is a pipe, a socket or a device"):
        load_limits(path)
