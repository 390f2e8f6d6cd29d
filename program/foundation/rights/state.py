"""What a role may do with Pulumi's state: the files of its own stack, and those of its network to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from policies.deployers import REVIEW_SUFFIX
from program.foundation.rights.statements import Statement

Access = Literal["none", "read", "write"]
# The stack that stands for all review stacks.
REVIEW_STACKS = f"{REVIEW_SUFFIX}*"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the state is, the key of its bucket, and the key that encrypts an environment's secrets in it."""

    bucket: str
    region: str
    bucket_key: str
    secrets_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFiles:
    """Whose files: a stack of a project (`pr-*` for all review stacks), and the network's stack as `project/stack`."""

    project: str
    stack: str
    network: str | None = None


def state_rights(access: Access, state: State, files: StackFiles) -> Iterator[Statement]:
    """Yield the statements for the files and for the keys without which they can't be read or written."""
    if access == "none":
        return
    readable = [*_own(files), "meta.yaml", *([f"stacks/{files.network}.json"] if files.network is not None else [])]
    yield Statement(actions=("s3:ListBucket",), on=(f"arn:aws:s3:::{state.bucket}",))
    yield Statement(actions=("s3:GetObject",), on=_arns(state, readable))
    yield _through_s3(state, "kms:Decrypt")
    yield Statement(actions=("kms:Decrypt",), on=(state.secrets_key,))
    if access == "read":
        return
    yield Statement(actions=("s3:DeleteObject", "s3:PutObject"), on=_arns(state, _own(files)))
    yield _through_s3(state, "kms:GenerateDataKey")
    yield Statement(actions=("kms:Encrypt",), on=(state.secrets_key,))


def _own(files: StackFiles) -> list[str]:
    own = f"{files.project}/{files.stack}"
    return [
        f"stacks/{own}.json",
        f"stacks/{own}.json.bak",
        f"history/{own}/*",
        f"backups/{own}/*",
        f"locks/organization/{own}/*",
    ]


def _arns(state: State, files: list[str]) -> tuple[str, ...]:
    return tuple(f"arn:aws:s3:::{state.bucket}/.pulumi/{file}" for file in files)


def _through_s3(state: State, action: str) -> Statement:
    via = {"kms:ViaService": (f"s3.{state.region}.amazonaws.com",)}
    return Statement(actions=(action,), on=(state.bucket_key,), conditions={"StringEquals": via})
