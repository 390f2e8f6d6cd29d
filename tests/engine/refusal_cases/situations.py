"""A case of a refusal, and how most come about: what is there, and the call that AWS refuses then.

What prepares a case is given the ground and the cloud's file, makes what must be there, and returns the call.
"""

from dataclasses import dataclass
from typing import Any

NOWHERE = "is-not-there"


@dataclass(frozen=True)
class Case:
    """A call that is refused: its operation, the code, and a word of what AWS has against it."""

    operation: str
    code: str
    says: str
    prepare: Any


def again(type_, **changes):
    """Make it a second time."""

    def prepare(ground, _file):
        ground.the(type_)
        return lambda: ground.make(type_, **changes)

    return prepare


def made(type_, **changes):
    """Make it with other inputs than AWS takes."""

    def prepare(ground, _file):
        ground.inputs(type_)
        return lambda: ground.make(type_, **changes)

    return prepare


def changed(type_, **changes):
    """Change what is there to what AWS doesn't take."""

    def prepare(ground, _file):
        it = ground.make(type_)
        return lambda: it.update(**changes)

    return prepare


def gone(type_):
    """Change what somebody deleted."""

    def prepare(ground, file):
        it = ground.make(type_)
        file.remove("it")
        return it.update

    return prepare


def in_use(type_, by, **changes):
    """Delete what another stands on."""

    def prepare(ground, _file):
        ground.make(by, **changes)
        return ground.the(type_).delete

    return prepare


def protected(type_, key):
    """Delete what is protected."""

    def prepare(ground, _file):
        return ground.make(type_, **{key: True}).delete

    return prepare


def full(type_, quota):
    """Make one more than the account may have."""

    def prepare(ground, file):
        ground.inputs(type_)
        file.limit(quota, 0)
        return lambda: ground.make(type_)

    return prepare


def too_small(type_, quota, most, how=made, **changes):
    """Write more than the quota allows."""

    def prepare(ground, file):
        call = how(type_, **changes)(ground, file)
        file.limit(quota, most)
        return call

    return prepare
