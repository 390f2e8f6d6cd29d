"""Where a stack's state is when nobody says: in the bucket of the foundation that it stands on, once that is made."""

from __future__ import annotations

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
    if not stack_names(root, FOUNDATION):
        return None
    project, _ = split(name)
    if project == FOUNDATION:
        own = read_stack_file(name, root)
        there = any(_names_a_key(root / stack_file(each)) for each in _standing_on(own, root))
        return _address(own) if there else None
    file = file or root / stack_file(name)
    foundation = _foundation_of(read_stack_file(name, root, file), root) if _names_a_key(file) else None
    return _address(foundation) if foundation is not None else None


def _standing_on(foundation: StackFile, root: Path) -> list[str]:
    found = {name: _foundation_of(read_stack_file(name, root), root) for name in stack_names(root, NETWORK, SERVICE)}
    return [name for name, each in found.items() if each is not None and each.name == foundation.name]


def _foundation_of(stack: StackFile, root: Path) -> StackFile | None:
    """Return the foundation of the account that the stack's environment is in; the only one, where none is named."""
    environments = load_limits(root / "policies" / LIMITS_FILE.name).environments
    environment = environments.get(stack.config.get(stack.project.full_key("environment", root), ""))
    account = environment.account if environment is not None else None
    foundations = [read_stack_file(name, root) for name in stack_names(root, FOUNDATION)]
    found = [each for each in foundations if account in (None, each.config.get(_setting("account", root)))]
    return found[0] if len(found) == 1 else None


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
