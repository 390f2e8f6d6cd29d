"""What a refusal of AWS is: a rule that looks at a call and at what is there, and says no with AWS's own code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.engine.refusals.account import Account

Call = Literal["create", "update", "delete"]
Properties = Mapping[str, Any]

# The operation's errors in AWS's own service models, which botocore brings.
MODEL = "AWS's service model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call: of what, what it is now (`id` and `old`), and what it shall be (`new`); neither has marks of secrets.

    `old` is what AWS has, None for what isn't there. `new` are the inputs; of a delete, what the engine's state says.
    """

    call: Call
    type: str
    id: str | None
    old: Properties | None
    new: Properties
    account: Account


Judge = Callable[[Asked], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One refusal: calls of the type that `judge` has something to say of fail with the code.

    `operations` are the operations of the service's API that the provider calls. `source` says where the code is known
    from when AWS's own model doesn't list it among the operation's errors.
    """

    type: str
    service: str
    operations: Mapping[str, str]
    code: str
    judge: Judge
    source: str = MODEL

    def refusal(self, asked: Asked) -> str | None:
        """Return what the provider says when AWS refuses the call, None when this rule has nothing against it."""
        if asked.call not in self.operations:
            return None
        said = next(iter(self.judge(asked)), None)
        if said is None:
            return None
        return f"operation error {self.service}: {self.operations[asked.call]}, api error {self.code}: {said}"


def at(properties: Properties | None, path: str) -> list[Any]:
    """Return the values at the path, `vpcConfig.subnetIds`: none, one, or those of a list."""
    value: Any = properties
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def gone(asked: Asked) -> Iterator[str]:
    """Say that there is nothing to change."""
    if asked.old is None:
        yield f"{asked.id} does not exist"


def taken(key: str) -> Judge:
    """Return the judge of a name that another resource of the type has, whoever made it."""

    def judge(asked: Asked) -> Iterator[str]:
        for id_, other in asked.account.all(asked.type):
            if asked.new.get(key) is not None and other.get(key) == asked.new[key]:
                yield f"{asked.new[key]} exists already ({id_})"

    return judge


def missing(path: str, exists: Callable[[Account, str], bool]) -> Judge:
    """Return the judge of a reference to what isn't there."""

    def judge(asked: Asked) -> Iterator[str]:
        for value in at(asked.new, path):
            if not exists(asked.account, str(value)):
                yield f"{path}: {value} does not exist"

    return judge


def used(by: str, path: str) -> Judge:
    """Return the judge of a delete of what another resource still names, by its id."""

    def judge(asked: Asked) -> Iterator[str]:
        for id_, other in asked.account.all(by):
            if asked.id in at(other, path):
                yield f"{asked.id} is in use: {path} of {id_}"

    return judge


def quota(name: str) -> Judge:
    """Return the judge of how many resources of a type an account may have."""

    def judge(asked: Asked) -> Iterator[str]:
        most = asked.account.quota(name)
        if sum(1 for _ in asked.account.all(asked.type)) >= most:
            yield f"the account has its {most} {name}"

    return judge
