"""Where a stack's state is when nobody says: in the bucket of the foundation that it stands on, once that is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from policies.limits import LIMITS_FILE, load_limits
from policies.strict_yaml import YamlError, read
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE, split, stack_file
from program.project.stackfile import StackFile, read_stack_file, stack_names

# What `bootstrap` writes into the file of every stack, once there is a key for it.
_KEY = "secretsprovider"
_OF_AWS = "awskms://"


def bucket_address(bucket: str, region: str) -> str:
    """Return where Pulumi keeps the state, as it takes it."""
    return f"s3://{bucket}?region={region}"


def home_of(name: str, file: Path | None = None, root: Path = ROOT) -> str | None:
    """Return the address of the bucket that holds the stack's state; None where no foundation was made for it."""
    own = split(name)[0] == FOUNDATION
    # A foundation is at home in its own bucket once a stack that stands on it has a key.
    names = stack_names(root, NETWORK, SERVICE) if own else (name,)
    places = {each: root / stack_file(each) for each in names} if file is None or own else {name: file}
    keyed = [read_stack_file(each, root, place) for each, place in places.items() if _names_a_key(place)]
    found = [each for each in _foundations_of(keyed, root) if not own or each.name == name] if keyed else []
    return _address(found[0]) if found else None


def _foundations_of(stacks: Sequence[StackFile], root: Path) -> Iterator[StackFile]:
    """Yield for each stack the foundation of its environment's account; the only one, where no account is named."""
    environments = load_limits(root / "policies" / LIMITS_FILE.name).environments
    foundations = [read_stack_file(name, root) for name in stack_names(root, FOUNDATION)]
    for stack in stacks:
        environment = environments.get(stack.config.get(stack.project.full_key("environment", root), ""))
        account = environment.account if environment is not None else None
        found = carrying(account, foundations, root)
        if len(found) == 1:
            yield found[0]


def carrying(account: str | None, foundations: Sequence[StackFile], root: Path = ROOT) -> list[StackFile]:
    """Return the foundations of the account; all of them, where none is named."""
    return [each for each in foundations if account in (None, account_of(each, root))]


def account_of(foundation: StackFile, root: Path = ROOT) -> str | None:
    """Return the account that the foundation's file names, None where it names none."""
    return foundation.config.get(_setting("account", root))


def _address(foundation: StackFile) -> str | None:
    bucket, region = foundation.config.get(_setting("stateBucket")), foundation.config.get("aws:region")
    return bucket_address(bucket, region) if bucket and region else None


def _setting(key: str, root: Path = ROOT) -> str:
    return FOUNDATION.full_key(key, root)


def _names_a_key(file: Path) -> bool:
    try:
        data = read(file).data
    except YamlError:
        return False
    return isinstance(data, dict) and str(data.get(_KEY, "")).startswith(_OF_AWS)
