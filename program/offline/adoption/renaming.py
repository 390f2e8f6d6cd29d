"""What a service's name changes in the files of the example, as texts; nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from program.errors import CouldNotRunError
from program.offline.adoption.frozen import EXAMPLE
from program.offline.adoption.standing import NAME_KEY, NAMING, OWNER_KEY, PREFIX_LINE, repositories, text_of
from program.project.definition import FOUNDATION, NETWORK, PROJECT_FILE, SERVICE, stack_file
from program.project.stackfile import REVIEW_TEMPLATE, stack_names

_CHANGELOG = """# Changelog

The format is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/), the versions those of
[Semantic Versioning](https://semver.org/).

## Unreleased
"""
_README = """# {name}

[![deploy](https://github.com/{repository}/actions/workflows/deploy.yml/badge.svg)](https://github.com/{repository}/actions/workflows/deploy.yml)
[![drift](https://github.com/{repository}/actions/workflows/drift.yml/badge.svg)](https://github.com/{repository}/actions/workflows/drift.yml)

One AWS service, the same in every environment but for what is declared.

    make check     # every stack, offline
    make test      # all tests
    ./parity --help

- [ADOPTING.md](.github/ADOPTING.md): what each task takes, with a worked example.
- [CONTRIBUTING.md](CONTRIBUTING.md): change the service, its stacks, its environments and its rules.
- [SETTING-UP.md](.github/SETTING-UP.md): what to create in AWS and GitHub.
- [OPERATING.md](.github/OPERATING.md): every command, previews, bundles, drift; [RECOVERING.md](.github/RECOVERING.md):
  an update that was cut off, a state that is damaged.
"""
# What only the example needs, once its README is gone.
PICTURES = ".github/pictures"
# Documents that name a setting, a state or a resource of the project: RULES.md shows the examples.
_GUIDES = (
    ".github/SETTING-UP.md",
    ".github/OPERATING.md",
    ".github/RUNBOOKS.md",
    "policies/RULES.md",
    "policies/examples.yaml",
)
# Who owns the example: what a service's own owners stand in place of.
CODEOWNERS = ".github/CODEOWNERS"
TEAM, GUARD_TEAM = "@platform-team", "@platform-security"

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Who the service is: its name before and after, and what goes with it."""

    old: str
    new: str
    prefix: str
    repository: str
    owners: str
    guard_owners: str


def changed_texts(root: Path, adoption: Adoption) -> Iterator[tuple[str, str]]:
    """Yield each file that changes with its new text; Pulumi.yaml, which has the old name, is the last."""
    for name, changes in _changes(root, adoption):
        before = text_of(root, name)
        after = before
        for change in changes:
            after = change(after)
        if after != before:
            yield name, after


def _changes(root: Path, adoption: Adoption) -> Iterator[tuple[str, tuple[Change, ...]]]:
    named = (_namespace(adoption), _image(adoption))
    for stack in stack_names(root, SERVICE):
        yield stack_file(stack), named
    yield REVIEW_TEMPLATE, named
    yield "policies/environments.yaml", (_replaced(f"owner: {TEAM[1:]}", f"owner: {adoption.owners[1:]}"),)
    # The documents first: the foundation's stacks have the old repository.
    of_github = _repository(root, adoption)
    for guide in _GUIDES:
        yield guide, (_of_the_project(adoption), of_github)
    for stack in stack_names(root, FOUNDATION):
        yield stack_file(stack), (_of_the_project(adoption), of_github)
    yield CODEOWNERS, (_replaced(GUARD_TEAM, adoption.guard_owners), _replaced(TEAM, adoption.owners))
    yield "README.md", (_own(root, "README.md", _README.format(name=adoption.new, repository=adoption.repository)),)
    yield "CHANGELOG.md", (_own(root, "CHANGELOG.md", _CHANGELOG),)
    yield NAMING, (_constant(adoption),)
    for project in (NETWORK, FOUNDATION):
        if (root / project.file).exists():
            yield project.file, (_prefix(project.file, adoption),)
    yield PROJECT_FILE, (_prefix(PROJECT_FILE, adoption), _name(adoption))


def _replaced(old: str, new: str) -> Change:
    return lambda text: re.sub(rf"{re.escape(old)}(?![\w-])", lambda _: new, text)


def _namespace(adoption: Adoption) -> Change:
    key = re.compile(rf"^([ \t]+[\"']?){re.escape(adoption.old)}:", re.MULTILINE)
    return lambda text: key.sub(rf"\g<1>{adoption.new}:", text)


def _image(adoption: Adoption) -> Change:
    return _replaced(f"{adoption.old}-app", f"{adoption.new}-app")


def _of_the_project(adoption: Adoption) -> Change:
    """Return the change of what is the project's in its accounts: its roles, its states, its image, its settings."""
    kinds = "app|boundary|deploy|drift|image|preview|review|state|workflows"
    old = re.escape(adoption.old)
    name = re.compile(rf"(?<!\w){old}(?=-(?:{kinds}|\$)|:[a-z])|(?<=\.pulumi/stacks/){old}(?=/)")
    return lambda text: name.sub(adoption.new, text)


def _repository(root: Path, adoption: Adoption) -> Change:
    """Return the change of GitHub's repository; its number is for whoever makes it to look up."""
    standing = next(repositories(root), None)
    if standing is None:
        return lambda text: text
    old_owner, old_name = standing.split("/")
    owner, name = adoption.repository.split("/")
    old = re.compile(rf"(?<![\w-]){re.escape(old_owner)}(@\d+)?/{re.escape(old_name)}(?![\w-])")
    lines = {
        f"OWNER={old_owner} REPOSITORY={old_name}": f"OWNER={owner} REPOSITORY={name}",
        f"  {OWNER_KEY}: {old_owner}\n": f"  {OWNER_KEY}: {owner}\n",
        f"  {NAME_KEY}: {old_name}\n": f"  {NAME_KEY}: {name}\n",
    }

    def change(text: str) -> str:
        after = old.sub(rf"{owner}\g<1>/{name}", text)
        for line, new in lines.items():
            after = after.replace(line, new)
        return after

    return change


def _own(root: Path, name: str, text: str) -> Change:
    """Return the change of a document that is the example's as long as nobody has written another."""
    example = root / EXAMPLE / name
    original = example.read_text(encoding="utf-8") if example.is_file() else None
    return lambda found: text if found == original else found


def _name(adoption: Adoption) -> Change:
    return lambda text: re.sub(r"^name:.*$", f"name: {adoption.new}", text, count=1, flags=re.MULTILINE)


def _constant(adoption: Adoption) -> Change:
    def change(text: str) -> str:
        after, count = PREFIX_LINE.subn(f'PREFIX = "{adoption.prefix}"', text)
        if count != 1:
            raise CouldNotRunError(f'{NAMING}: it has no line PREFIX = "..."; add it, to make it {adoption.prefix}')
        return after

    return change


def _prefix(file: str, adoption: Adoption) -> Change:
    default = re.compile(r"(^  namePrefix:\n(?:    .*\n)*?    default:)[^\n]*", re.MULTILINE)

    def change(text: str) -> str:
        after, count = default.subn(rf"\g<1> {adoption.prefix}", text)
        if count != 1:
            raise CouldNotRunError(
                f"{file}: namePrefix has no line default; add it, so that it can be {adoption.prefix}"
            )
        return after

    return change
