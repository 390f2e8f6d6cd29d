"""Three hundred stacks: GitHub takes 256 rows in a matrix, so that they come in parts, and the report has them all."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys

import pytest

from policies.limits import load_limits
from program.cli.__main__ import main
from program.offline.check import check
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names
from program.report.check_formats import render
from program.workflow.stages import MOST_ROWS, parts, stages
from tests.program.cli.running import copy_of_the_project, run
from tests.program.report.samples import preview

COUNT = 300


def named(number):
    return f"many-{number:03}"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project with many stacks of its own, each beside the others by its suffix."""
    folder = copy_of_the_project(tmp_path_factory.mktemp("many"))
    (source, *others) = (folder / "stacks" / f"Pulumi.{name}.yaml" for name in stack_names(ROOT, SERVICE))
    text = source.read_text()
    assert "environmentSuffix: main" in text, "mend the test: the suffix is written otherwise"
    for number in range(COUNT):
        file = folder / "stacks" / f"Pulumi.{named(number)}.yaml"
        file.write_text(text.replace("environmentSuffix: main", f"environmentSuffix: m{number}"))
    for file in (source, *others):
        file.unlink()
    # What they stand on is another repository's.
    for other in (NETWORK, FOUNDATION):
        shutil.rmtree(folder / other.stacks)
        (folder / other.file).unlink()
    return folder


def test_the_rows_of_a_matrix_are_as_few_as_github_takes_and_in_order():
    for count, lengths in (
        (0, []),
        (1, [1]),
        (256, [256]),
        (257, [128, 129]),
        (300, [150, 150]),
        (700, [233, 233, 234]),
    ):
        rows = [{"stack": str(number)} for number in range(count)]

        found = parts(rows)

        assert [len(part) for part in found] == lengths
        assert [row for part in found for row in part] == rows
        assert max(map(len, found), default=0) <= MOST_ROWS


def test_an_environment_of_many_stacks_is_several_stages_before_the_next_environment():
    rows = [{"stack": named(number), "environment": "prod" if number % 100 == 0 else "dev"} for number in range(COUNT)]

    found = stages(rows, ["dev", "prod"])

    assert [(len(stage), {row["environment"] for row in stage}) for stage in found] == [
        (148, {"dev"}),
        (149, {"dev"}),
        (3, {"prod"}),
    ]


def test_scope_gives_a_part_to_each_call_of_a_workflow(project, tmp_path):
    event = tmp_path / "event.json"
    event.write_text("{}")
    variables = {
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "octo/parity",
        "GITHUB_ACTOR": "dana",
    }
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}

    done = subprocess.run(
        [sys.executable, "-m", "program.cli", "scope", "--stages", "2"],
        cwd=project,
        env=environment | variables | {"PULUMI_BACKEND_URL": "s3://states"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in done.stdout.splitlines())
    found = json.loads(outputs["parts"])["include"]
    assert [part["part"] for part in found] == ["1", "2"]
    rows = [json.loads(part["stacks"])["include"] for part in found]
    assert [len(part) for part in rows] == [150, 150]
    assert [row["stack"] for part in rows for row in part] == [named(number) for number in range(COUNT)]
    # The first part of the check is its own job's; the matrix has the others.
    assert json.loads(outputs["shards"]) == {"include": [{"part": "2"}, {"part": "3"}]}
    assert json.loads(outputs["jobs"]) == ["record", "guard", "test", "compare", "preview", "check"]
    assert outputs["names"].split() == [named(number) for number in range(COUNT)]
    assert [json.loads(outputs[f"stage-{number}"])["include"] for number in (1, 2)] == rows
    # GitHub's limit of all outputs of a job.
    assert len(done.stdout) < 1024 * 1024


def test_the_shards_of_a_check_and_the_records_of_all_jobs_are_one_report(project, tmp_path, monkeypatch, capsys):
    shards = [run("check", "--shard", f"{index}/100", "--format", "json", root=project) for index in (1, 2)]
    assert [done.returncode for done in shards] == [0, 0], shards[0].stderr
    (tmp_path / "checks").mkdir()
    first = json.loads(shards[0].stdout)["stacks"][0]
    files = []
    for index in range(100):
        # Two are real; the others are made from the first, as a check of every stack takes minutes.
        text = shards[index].stdout if index < 2 else _shard(json.loads(shards[0].stdout), first, index)
        files.append(tmp_path / "checks" / f"{index}.json")
        files[-1].write_text(text)
    records = tmp_path / "records"
    for number in range(COUNT):
        (records / named(number)).mkdir(parents=True)
        record = preview("dev").model_copy(update={"stack": named(number)})
        (records / named(number) / "record.json").write_text(record.model_dump_json(by_alias=True))
    # As the workflow says it: the first by its name, the others by a pattern.
    monkeypatch.setenv("CHECKS", f"{files[0]}:{tmp_path}/checks/[!0]*.json:{tmp_path}/checks/none-*.json")
    monkeypatch.setattr(sys, "argv", ["parity", "report", *map(str, sorted(records.iterdir()))])

    with pytest.raises(SystemExit) as end:
        main()

    said = capsys.readouterr()
    assert end.value.code == 0, said.err
    assert f"{COUNT} stacks" in said.out
    assert named(0) in said.out


def _shard(document, first, index):
    """Return the check of the index-th shard: the stacks index, index + 100 and index + 200."""
    names = [named(number) for number in range(index, COUNT, 100)]
    before = list(document["comparison"]["resourcesHash"])
    document["stacks"] = [{**first, "stack": name} for name in names]
    for key in ("baselineHash", "resourcesHash"):
        hashes = document["comparison"][key]
        document["comparison"][key] = dict.fromkeys(names, hashes[before[0]])
    return json.dumps(document)


def test_parts_that_differ_from_each_other_are_compared(tmp_path, monkeypatch, capsys):
    whole = check(stack_names(), load_limits(), jobs=2, complete=True, packs=None, done=lambda _: None)
    one, two = (
        dataclasses.replace(
            whole,
            stacks=tuple(whole.stacks[index::2]),
            comparison=dataclasses.replace(whole.comparison, baseline_hash={}, resources_hash={}, differences=()),
        )
        for index in (0, 1)
    )
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file, part in zip(files, (one, two), strict=True):
        file.write_text(render("json", part))

    def told(*checks):
        arguments = [word for file in checks for word in ("--check", str(file))]
        monkeypatch.setattr(sys, "argv", ["parity", "report", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code, capsys.readouterr()

    assert told(*files)[0] == 0
    broken = json.loads(files[1].read_text())
    broken["stacks"][0]["manifest"]["baselineHash"] = "0" * 64
    files[1].write_text(json.dumps(broken))
    assert told(*files)[0] == 1, "the parts are the same each by itself, and not together"
    code, said = told(files[0], files[0])
    assert code == 3
    assert "two of the checks have stack" in said.err
