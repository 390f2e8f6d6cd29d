"""Where a stack's state is when nobody says: in the bucket of the foundation that it stands on, once that is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from policies.limits import LIMITS_FILE, load_limits
from policies.strict_yaml import YamlError, read
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE, split, stack_file
from program.project.stackfile import REVIEW_TEMPLATE, TEMPLATE_STACK, StackFile, read_stack_file, stack_names

# The folder of the project in which a state is that has no other backend.
STATE_FOLDER = ".pulumi-state"
# What `bootstrap` writes into the file of every stack, once there is a key for it.
_KEY = "secretsprovider"
_OF_AWS = "awskms://"


def bucket_address(bucket: str, region: str) -> str:
    """Return where Pulumi keeps the state, as it takes it."""
    return f"s3://{bucket}?region={region}"


def home_of(name: str, file: Path | None = None, root: Path = ROOT) -> str | None:
    """Return the address of the bucket that holds the stack's state; None where no foundation was made for it."""
    own = split(name)[0] == FOUNDATION
    # Its state is on the way into its bucket or out of it: wherever it was cut off, it goes on from here.
    if own and local_state(name, root).exists():
        return None
    # A foundation is at home in its own bucket once a stack that stands on it has a key.
    names = stack_names(root, NETWORK, SERVICE) if own else (name,)
    places = {each: root / stack_file(each) for each in names} if file is None or own else {name: file}
    keyed = [read_stack_file(each, root, place) for each, place in places.items() if _names_a_key(place)]
    found = [each for each in _foundations_of(keyed, root) if not own or each.name == name] if keyed else []
    return _address(found[0]) if found else None


def local_state(name: str, root: Path = ROOT) -> Path:
    """Return the file in which a foundation's state is before it moves into the bucket, and after it has left it."""
    project, stack = split(name)
    return root / STATE_FOLDER / ".pulumi" / "stacks" / project.name(root) / f"{stack}.json"


def keyed_files(foundation: str, root: Path = ROOT) -> Iterator[str]:
    """Yield the path of each stack file that names a key of the foundation, and the review stacks' where it does."""
    places = {name: stack_file(name) for name in stack_names(root, NETWORK, SERVICE)} | {
        TEMPLATE_STACK: REVIEW_TEMPLATE
    }
    for name, path in places.items():
        if _names_a_key(root / path):
            stack = read_stack_file(name, root, root / path)
            yield from (path for found in _foundations_of([stack], root) if found.name == foundation)


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
