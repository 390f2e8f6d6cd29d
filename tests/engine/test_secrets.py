"""A setting that the stack file keeps encrypted is in no file and no line that any command leaves."""

import json

from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, drift, preview

pytestmark = [*needs_pulumi, needs_the_double]

ADDRESS = "ops@secret.example"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription::monitoring-email"
HASHES = ("declared", "planned", "deployed")
MANIFESTS = {f"{source}.json" for source in HASHES}


class Commands:
    """Runs the commands in an engine's cloud, and keeps all that they leave and say."""

    def __init__(self, engine):
        self._engine = engine
        self.left = {}

    def preview(self, name):
        result, record, folder = preview(self._engine, STACK, name)
        self._keep(f"preview {name}", result, folder)
        return record, folder

    def apply(self, folder):
        result, record = apply(self._engine, STACK, folder)
        self._keep("apply", result, folder)
        return record

    def drift(self):
        result, record = drift(self._engine, STACK)
        self._keep("drift", result)
        return record

    def export(self):
        self.left["export"] = self._engine.must("stack", "export", "--stack", STACK).stdout

    def places_of(self, text):
        """Return where the text stands."""
        return {name for name, content in self.left.items() if text in content}

    def _keep(self, command, result, folder=None):
        self.left |= {f"{command}: stdout": result.stdout, f"{command}: stderr": result.stderr}
        for file in folder.iterdir() if folder else ():
            self.left[f"{folder.name}/{file.name}"] = file.read_text()


def with_address(engine, *options):
    """Let the stack file have the address as `config set` writes it; return the commands."""
    engine.make_network(STACK)
    engine.must("stack", "init", STACK)
    engine.must("config", "set", "alarmEmail", ADDRESS, "--stack", STACK, *options)
    return Commands(engine)


def endpoints(folder):
    """Return the endpoint that each manifest of the bundle has."""
    manifests = {file.name: json.loads(file.read_text()) for file in folder.iterdir() if file.name in MANIFESTS}
    return {name: manifest["resources"][SUBSCRIPTION]["inputs"]["endpoint"] for name, manifest in manifests.items()}


def test_an_encrypted_address_is_deployed_and_found_unchanged_and_shown_nowhere(engine):
    commands = with_address(engine, "--secret")
    with engine.provider(STACK) as cloud:
        planned, bundle = commands.preview("first")
        assert (planned["outcome"], planned["differences"]) == ("clean", []), commands.left
        applied = commands.apply(bundle)
        assert (applied["outcome"], applied["differences"]) == ("applied", []), commands.left
        again, _ = commands.preview("second")
        assert (again["outcome"], again["changes"], again["differences"]) == ("clean", [], []), commands.left
        assert len({again[source]["resourcesHash"] for source in HASHES}) == 1
        assert commands.drift()["verdict"] == "clean"
        assert cloud.properties("monitoring-email")["endpoint"] == ADDRESS
        cloud.set_property("monitoring-email", "endpoint", "somebody@else.example")
        found = commands.drift()
    commands.export()

    assert endpoints(bundle) == dict.fromkeys(MANIFESTS, "${secret}")
    assert (found["verdict"], [item["name"] for item in found["drifted"]]) == ("drifted", ["monitoring-email"])
    assert commands.places_of("monitoring-email") >= {f"{bundle.name}/record.json", "drift: stdout", "export"}
    assert commands.places_of(ADDRESS) == commands.places_of("somebody@else.example") == set()


def test_a_plain_address_is_found_by_the_same_search_until_it_is_encrypted(engine):
    commands = with_address(engine)
    with engine.provider(STACK):
        _, bundle = commands.preview("first")
        applied = commands.apply(bundle)
        commands.export()

        assert (applied["outcome"], applied["differences"]) == ("applied", []), commands.left
        assert endpoints(bundle) == dict.fromkeys(MANIFESTS, ADDRESS)
        files = {*MANIFESTS, "plan.json", "preview.json", "events.jsonl", "record.json"}
        assert commands.places_of(ADDRESS) >= {"export", *(f"{bundle.name}/{file}" for file in files)}

        commands.left.clear()
        engine.must("config", "set", "alarmEmail", ADDRESS, "--stack", STACK, "--secret")
        pending = commands.drift()
        _, bundle = commands.preview("encrypted")
        applied = commands.apply(bundle)
        commands.export()

    (difference,) = pending["pending"]
    assert difference["values"] == {"declared": "${secret}", "deployed": "${not shown}"}
    assert (applied["outcome"], applied["differences"]) == ("applied", []), commands.left
    assert commands.places_of(ADDRESS) == set()
