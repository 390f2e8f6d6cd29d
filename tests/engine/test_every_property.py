"""Every property of every resource is changed behind the engine's back once, and found where it was changed."""

import copy
import json

from program.engine.drift_changes import DriftReader
from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.pulumi_cli.events import read_events
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.traits import traits_of

pytestmark = [*needs_pulumi, needs_the_double]

# Rotation owns them after the deployment; the program ignores them by name.
IGNORED = {("secrets-bootstrap", "secretString"), ("secrets-bootstrap", "versionStages")}
# Neither the program's nor the cloud's.
NOT_AWS = {"__defaults", "tagsAll"}


def test_each_is_found_by_resource_and_property_or_is_one_that_aws_never_tells(deployed):
    with deployed.provider(STACK) as cloud:
        given = _given(deployed)
        unseen = {
            (name, prop) for name, (type_, inputs) in given.items() for prop in inputs if _unseen(type_, name, prop)
        }
        rounds = _rounds({name: sorted(inputs) for name, (_, inputs) in given.items()}, unseen)
        missed, wrong, count = [], [], 0
        untouched = cloud.read()
        for number, changed in enumerate(rounds):
            with cloud.change() as contents:
                contents.resources = copy.deepcopy(untouched.resources)
                for name, prop in changed.items():
                    properties = contents.named(name)[2].properties
                    properties[prop] = _another(properties.get(prop))
            found = _found(deployed, number)
            missed += [(name, prop) for name, prop in changed.items() if prop not in found.get(name, set())]
            wrong += [(name, props) for name, props in found.items() if props - {changed.get(name)}]
            count += len(changed)

    print(
        f"\n{count} properties of {len(given)} resources changed in {len(rounds)} rounds; AWS never tells {len(unseen)}"
    )
    assert missed == []
    assert wrong == []


def _given(engine):
    """Return each resource's type and the inputs that it was deployed with, by logical name."""
    states = parse_checkpoint(json.dumps(engine.export(STACK)), "the state").states
    return {
        state.name: (state.type, set(state.inputs) - NOT_AWS)
        for state in states
        if state.custom and state.type.startswith("aws:")
    }


def _unseen(type_, name, prop):
    return prop in traits_of(type_).unreadable or (name, prop) in IGNORED


def _rounds(properties, unseen):
    """Return for each round one property of each resource that has one left."""
    seen = {name: [prop for prop in props if (name, prop) not in unseen] for name, props in properties.items()}
    longest = max(len(props) for props in seen.values())
    return [{name: props[index] for name, props in seen.items() if index < len(props)} for index in range(longest)]


def _another(value):
    """Return another value of the same kind, as somebody at the console sets it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return [*value, _another(value[0] if value else "")]
    if isinstance(value, dict):
        return value | {"Changed": "yes"} if not value else value | {min(value): _another(value[min(value)])}
    text = str(value or "")
    if text.startswith("{"):
        return json.dumps(json.loads(text) | {"Id": "Changed"})
    return f"{text}x"


def _found(engine, number):
    """Return the properties that a previewed refresh finds changed, by logical name."""
    log = engine.folder / f"round-{number}.jsonl"
    engine.environment["PULUMI_DEBUG_COMMANDS"] = "true"
    engine.pulumi("refresh", "--preview-only", "--stack", STACK, "--event-log", str(log))
    checkpoint = parse_checkpoint(json.dumps(engine.export(STACK)), "the state")
    # What is noise counts here: the question is whether it is found.
    changes = DriftReader(checkpoint, (), {}).drifted(read_events(log).ended).changes
    return {
        change.name: {item.path.partition(".")[0].partition("[")[0] for item in change.properties} for change in changes
    }
