"""`manifest --from` and `compare` with files: one stack as declared by the code, planned by a preview, deployed."""

import json

import pytest

from program.manifest.canonical import canonical
from tests.program.engine.commands import Commands
from tests.program.engine.standin import RECORDED, STACK, exported, recorded_check, stack_of


@pytest.fixture
def commands(monkeypatch, capsys, tmp_path):
    return Commands(monkeypatch, capsys, tmp_path)


@pytest.fixture
def state(tmp_path):
    file = tmp_path / "state.json"
    file.write_text(exported("deployed"))
    return file


@pytest.fixture
def files(commands, state, tmp_path):
    """Return the three manifests of the recorded stack in files."""
    texts = {
        "declared": canonical(recorded_check().manifest).decode(),
        "planned": commands.run("manifest", STACK, "--from", "preview", RECORDED / "unchanged-preview")[1],
        "deployed": commands.run("manifest", STACK, "--from", "state", state)[1],
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.json").write_text(text)
    return {name: tmp_path / f"{name}.json" for name in texts}


def changed(file, *path, value):
    """Change the manifest in the file at the path."""
    data = json.loads(file.read_text())
    *above, last = path
    place = data
    for key in above:
        place = place[key]
    place[last] = value
    file.write_text(json.dumps(data))


def given(files, *names):
    return [word for name in names for word in (f"--{name}", files[name])]


class TestTheManifest:
    def test_of_a_preview_is_read_from_its_bundle_or_its_log(self, commands):
        folder = RECORDED / "unchanged-preview"

        of_folder = commands.run("manifest", STACK, "--from", "preview", folder)
        of_file = commands.run("manifest", STACK, "--from", "preview", folder / "events.jsonl")

        assert of_folder[0] == 0
        assert of_folder == of_file
        assert json.loads(of_folder[1])["resourcesHash"]

    def test_of_a_first_preview_counts_what_is_not_known_yet(self, commands):
        _, out, _ = commands.run("manifest", STACK, "--from", "preview", RECORDED / "first-preview")

        assert json.loads(out)["resourcesHash"] is None
        assert json.loads(out)["unknowns"] > 0

    def test_of_the_state_is_the_planned_one_of_a_preview_without_changes(self, commands, state):
        planned = commands.run("manifest", STACK, "--from", "preview", RECORDED / "unchanged-preview")

        assert commands.run("manifest", STACK, "--from", "state", state) == planned

    @pytest.mark.parametrize("arguments", [["--from", "state"], ["--from", "preview"], ["FILE"]])
    def test_needs_a_file_where_it_is_not_the_codes_and_takes_none_where_it_is(self, commands, state, arguments):
        code, out, err = commands.run("manifest", STACK, *(state if word == "FILE" else word for word in arguments))

        assert (code, out) == (2, "")
        assert "FILE" in err

    @pytest.mark.parametrize(
        ("source", "text", "error"),
        [
            ("state", "no JSON", "can't be read as a deployment; give what `pulumi stack export` prints"),
            ("state", exported("empty"), "has no output configManifest; it is of no whole preview or deployment"),
            ("preview", "no JSON", "has no output configManifest; it is of no whole preview or deployment"),
        ],
    )
    def test_of_something_else_is_one_line(self, commands, state, source, text, error):
        state.write_text(text)

        code, out, err = commands.run("manifest", STACK, "--from", source, state)

        assert (code, out) == (3, "")
        assert err.startswith(f"error: {state} {error}")
        assert err.count("\n") == 1

    def test_of_another_environment_is_refused(self, commands, state):
        data = json.loads(exported("deployed"))
        outputs = next(item for item in data["deployment"]["resources"] if "configManifest" in item.get("outputs", {}))
        manifest = json.loads(outputs["outputs"]["configManifest"]) | {"environment": "elsewhere"}
        outputs["outputs"]["configManifest"] = json.dumps(manifest)
        state.write_text(json.dumps(data))

        code, out, err = commands.run("manifest", STACK, "--from", "state", state)

        assert (code, out) == (3, "")
        assert (
            err == f"error: {state} is of environment elsewhere, stack {STACK} of {stack_of().settings.environment}\n"
        )

    def test_needs_settings_that_can_be_used(self, commands, state, monkeypatch):
        monkeypatch.setenv("ENVIRONMENT_SUFFIX", "Not A Suffix")

        code, out, err = commands.run("manifest", STACK, "--from", "state", state)

        assert (code, out) == (3, "")
        assert err.startswith("error: stacks/Pulumi.")
        assert "parity:environmentSuffix" in err


class TestTheComparison:
    def test_of_the_recorded_stack_is_the_same_three_times(self, commands, files):
        code, out, _ = commands.run("compare", *given(files, "declared", "planned", "deployed"))

        assert code == 0
        assert out.endswith("\ndeclared, planned and deployed are the same\n")
        hashes = json.loads(files["deployed"].read_text())
        assert [hashes["resourcesHash"][:12] in line for line in out.splitlines()].count(True) >= 2

    def test_names_what_differs_with_each_value(self, commands, files):
        key = "aws:rds/cluster:Cluster::database-cluster"
        changed(files["deployed"], "resources", key, "inputs", "backupRetentionPeriod", value=99)

        code, out, _ = commands.run("compare", *given(files, "declared", "deployed"))

        assert code == 1
        (line,) = [line for line in out.splitlines() if line.strip().startswith("database-cluster")]
        assert line.split()[:2] == ["database-cluster", "backupRetentionPeriod"]
        assert line.split()[-1] == "99"
        assert out.endswith("\ndeclared and deployed differ in 1 place\n")

    def test_as_json_is_whole(self, commands, files):
        changed(files["planned"], "configuration", "lambda", "memory", value=1)

        code, out, _ = commands.run("compare", *given(files, "declared", "planned"), "--format", "json")

        document = json.loads(out)
        assert (code, document["match"]) == (1, False)
        assert set(document["hashes"]) == {"declared", "planned"}
        (difference,) = document["differences"]
        assert (difference["resource"], difference["property"]) == ("configuration", "lambda.memory")
        assert difference["values"]["planned"] == 1

    def test_as_markdown_escapes_what_it_shows(self, commands, files):
        changed(files["deployed"], "resources", "t::`x`|", value={"inputs": {}})

        code, out, _ = commands.run("compare", *given(files, "planned", "deployed"), "--format", "markdown")

        assert code == 1
        assert out.startswith("### ❌ planned and deployed differ in 1 place\n")
        assert "<code>&#96;x&#96;&#124;</code>" in out

    def test_as_markdown_of_equals_is_one_table(self, commands, files):
        code, out, _ = commands.run("compare", *given(files, "planned", "deployed"), "--format", "markdown")

        assert code == 0
        assert out.startswith("### ✅ planned and deployed are the same\n")
        assert "| Resource |" not in out

    def test_of_a_plan_that_knows_not_all_counts_it_in_the_place_of_the_hash(self, commands, files):
        first = commands.run("manifest", STACK, "--from", "preview", RECORDED / "first-preview")[1]
        files["planned"].write_text(first)

        code, out, _ = commands.run("compare", *given(files, "planned", "deployed"))

        assert f"{json.loads(first)['unknowns']} values not known yet" in out
        # By their files alone the two can't be held to the resources that a value comes from.
        assert code == 1 or out.endswith("are the same\n")

    @pytest.mark.parametrize("names", [["declared"], ["declared", "planned", "--stack"]])
    def test_takes_two_or_three_files_and_no_stack(self, commands, files, names):
        arguments = given(files, *(name for name in names if name in files))
        arguments += ["--stack", STACK] if "--stack" in names else []

        code, out, err = commands.run("compare", *arguments)

        assert (code, out) == (2, "")
        assert "give two or three of --declared, --planned and --deployed, without --stack" in " ".join(err.split())

    def test_of_something_that_is_no_manifest_is_one_line(self, commands, files):
        files["planned"].write_text("{}")

        code, out, err = commands.run("compare", *given(files, "declared", "planned"))

        assert (code, out) == (3, "")
        assert err == f"error: {files['planned']} is no manifest; give what `manifest STACK` prints\n"
