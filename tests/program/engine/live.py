"""What is live, made of the recorded deployment and of what somebody or AWS changed: as the engine's log tells it.

The step of a resource has what the provider would say: inputs from the outputs, as its Read makes them, and `update`
where they differ from what was deployed.
"""

import copy
from dataclasses import dataclass

from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.pulumi_cli.events import Side, Step
from tests.engine.answers import inputs_of
from tests.engine.differences import differences, first_key
from tests.program.engine.standin import recorded_checkpoint, recorded_log


class GONE:
    """In the place of a value: there is none. A class, as a copy of it is the same."""


# What the program leaves to rotation.
_IGNORED = ("secretString", "versionStages")


@dataclass(frozen=True)
class Live:
    """The recorded deployment, and what the cloud says of it; every change gives another."""

    checkpoint: object
    outputs: dict

    @classmethod
    def of(cls, exported, outputs):
        """Return what is live of another deployment, as `pulumi stack export` prints it."""
        return cls(parse_checkpoint(exported, "a test"), outputs)

    def states(self):
        return {state.name: state for state in self.checkpoint.states}

    def with_output(self, name, path, value):
        """Return the same with another output of the resource; GONE takes the property, or the resource, away."""
        outputs = copy.deepcopy(self.outputs)
        if not path:
            outputs[name] = GONE
            return Live(self.checkpoint, outputs)
        *above, last = path.split("/")
        place = outputs[name]
        for key in above:
            place = place[int(key) if key.isdigit() else key]
        if value is GONE:
            place.pop(last)
        elif isinstance(value, Added):
            place[last] = [*place.get(last, []), *value.items]
        else:
            place[int(last) if last.isdigit() else last] = value
        return Live(self.checkpoint, outputs)

    def steps(self):
        """Return the steps of a refresh."""
        return [_step(state, self.outputs[state.name]) for state in self.checkpoint.states if state.of_the_cloud]


@dataclass(frozen=True)
class Added:
    """Members that a list has beside its own."""

    items: list


def recorded_live():
    """Return what the cloud said after the deployment, when nobody had changed anything."""
    checkpoint = recorded_checkpoint("deployed")
    told = {step.name: step.new.outputs for step in recorded_log("clean-refresh").ended if step.new is not None}
    outputs = {state.name: told.get(state.name) or state.outputs for state in checkpoint.states}
    return Live(checkpoint, outputs)


def _step(state, outputs):
    old = Side(custom=True, id=state.id, inputs=state.inputs, outputs=state.outputs)
    if outputs is GONE:
        return _made(state, "delete", old, None, ())
    found = differences(state.type, outputs, state.inputs, _IGNORED)
    differing = tuple(sorted({first_key(path) for path in found}))
    new = Side(custom=True, id=state.id, inputs=inputs_of(state.inputs, outputs), outputs=outputs)
    return _made(state, "update" if differing else "same", old, new, differing)


def _made(state, operation, old, new, differing):
    return Step(
        planning=True,
        operation=operation,
        urn=state.urn,
        type=state.type,
        old=old,
        new=new,
        differing=differing,
        replace_keys=(),
    )
