"""What is left to do once the foundation is there: lines of stack files, which are written, and what people decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from program.manifest.canonical import JsonObject
from program.project.definition import NETWORK, SERVICE, stack_file
from program.project.files import write_whole
from program.project.home import keyed_files
from program.project.stackfile import REVIEW_TEMPLATE, TEMPLATE_STACK, read_stack_file, stack_names

_PROVIDER = re.compile(r"^secretsprovider:.*\n", re.MULTILINE)
# And what the CLI writes beside it: a data key that only the foundation's can decrypt.
_OWN_LINES = re.compile(r"^(?:secretsprovider|encryptedkey):.*\n", re.MULTILINE)


def write_providers(outputs: JsonObject, root: Path) -> Iterator[str]:
    """Name in every stack file the key of its environment, and yield a line for each file that was changed."""
    providers = outputs.get("secretsProviders")
    assert isinstance(providers, dict)
    for name, path in _files(root):
        file = read_stack_file(name, root, root / path)
        key = file.project.full_key("environment", root)
        provider = providers.get(file.config.get(key, ""))
        text = (root / path).read_text(encoding="utf-8")
        written = f"secretsprovider: {provider}\n{_PROVIDER.sub('', text)}"
        if provider is not None and f"secretsprovider: {provider}\n" not in text:
            write_whole(root / path, written)
            yield f"{path}: names the key that encrypts its secrets"


def forget_providers(foundation: str, root: Path) -> Iterator[str]:
    """Take the foundation's keys out of every stack file that names one, and yield a line for each that was changed."""
    for path in tuple(keyed_files(foundation, root)):
        write_whole(root / path, _OWN_LINES.sub("", (root / path).read_text(encoding="utf-8")))
        yield f"{path}: names no key any more"


def left_over(*, days: int, keeps_provider: bool, backend_is_set: bool) -> Iterator[str]:
    """Yield what a foundation leaves when it is gone, in the order in which it is done."""
    yield f"AWS deletes its keys in {days} days; until then each can be had back (kms cancel-key-deletion)"
    yield "commit what was written: jobs look into the bucket for as long as main names its keys"
    if backend_is_set:
        yield "unset PULUMI_BACKEND_URL, which names the bucket that is gone"
    if keeps_provider:
        yield "GitHub's OIDC provider stays in the account, as it was there before"
    yield "what people set in GitHub stays: who approves runs of forks, and the app of the foundation's drift check"


def remains(backend: str, repository: str) -> Iterator[str]:
    """Yield what is left, in the order in which it is done; the last lines are what no API can do."""
    yield "./parity tools --install --write: the digests of the Pulumi that jobs may run"
    yield "each network: ./parity preview network/<environment> --bundle build/network, then apply it"
    yield "commit what was written, push, and run the workflow `image` once: it pushes the app's image"
    yield (
        f"runs of forks wait for somebody: gh api --method PUT "
        f"repos/{repository}/actions/permissions/fork-pr-contributor-approval "
        f"-f approval_policy=all_external_contributors"
    )
    yield f'for pulumi itself, as ./parity finds its states: export PULUMI_BACKEND_URL="{backend}"'
    yield (
        f"where the guard must bind its owners too: a ruleset of {repository.partition('/')[0]} that requires the "
        f"workflow pull-request.yml (no API of a repository can)"
    )


def _files(root: Path) -> Iterator[tuple[str, str]]:
    for name in stack_names(root, SERVICE, NETWORK):
        yield name, stack_file(name)
    if (root / REVIEW_TEMPLATE).exists():
        yield TEMPLATE_STACK, REVIEW_TEMPLATE
