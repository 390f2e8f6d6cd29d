"""The stacks of the account that the foundation carries: each copy, with its files in the state, by the stack files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from policies.limits import Limits
from program.errors import Problem, SettingsError
from program.foundation.rights.places import Copy
from program.foundation.rights.state import REVIEW_STACKS, StackFiles
from program.foundation.settings import Settings
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE, Project
from program.project.reading import read_settings
from program.project.settings import ProjectSettings
from program.project.stack_names import reserved_suffix
from program.project.stackfile import REVIEW_TEMPLATE, TEMPLATE_STACK, StackFile, read_stack_file, stack_names
from program.service import settings as service
from program.service.validation import validate

# What reads one stack, and the file that it stands in.
_Read = tuple[StackFile, Callable[[], "Member"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One stack of the account, or all its review stacks: the copy, its files in the state, and its image's place."""

    # What people and GitHub's environments call it, `network/dev`.
    name: str
    copy: Copy
    files: StackFiles


def members(settings: Settings, limits: Limits, root: Path = ROOT) -> tuple[Member, ...]:
    """Return every stack of the account, those of the networks first as they are deployed.

    Raises SettingsError with every problem of any stack file, each with its place.
    """
    problems = list(_set_by_one(settings, root))
    found: list[Member] = []
    for file, read in (*_of_networks(settings, limits, root), *_of_service(settings, limits, root)):
        try:
            member = read()
        except SettingsError as error:
            problems += file.located(error.problems)
            continue
        if member.copy.account == settings.account:
            found.append(member)
    if not problems and not any(member.copy.label == SERVICE.label for member in found):
        key = settings.config_key("account")
        problems = [Problem(key, f"{key} is {settings.account}, in which no stack lives; give a stack's own")]
    if problems:
        raise SettingsError(problems)
    return tuple(found)


def _set_by_one(settings: Settings, root: Path) -> Iterator[Problem]:
    """Yield a problem unless one foundation of the repository, and no other, sets what it has once."""
    key = settings.config_key("repository_settings")
    files = [read_stack_file(name, root) for name in stack_names(root, FOUNDATION)]
    of_it = [file for file in files if _repository(file, settings) == settings.github.name.lower()]
    setting = [file.path for file in of_it if file.config.get(key, "make") == "make"]
    if of_it and len(setting) != 1:
        found = f"{' and '.join(setting)} set" if setting else f"none of {', '.join(file.path for file in of_it)} sets"
        yield Problem(
            key,
            f"{found} what {settings.github.name} has once; {key} must be make in one stack file of the foundation, "
            f"and existing in the others",
        )


def _repository(file: StackFile, settings: Settings) -> str:
    parts = (file.config.get(settings.config_key(field), "") for field in ("owner", "repository"))
    return "/".join(parts).lower()


def own_member(settings: Settings, stack: str) -> Member:
    """Return the foundation's own stack, which a person deploys and the workflows look at."""
    project = settings.project
    return Member(
        name=project.labelled(stack),
        copy=replace(
            _copy(project, settings, settings.account),
            more={
                "imageRegion": settings.image_region,
                "imageRepository": settings.image_repository,
                "stateBucket": settings.state_bucket,
            },
        ),
        files=StackFiles(project=project.name(), stack=stack),
    )


def _of_service(settings: Settings, limits: Limits, root: Path) -> Iterator[_Read]:
    files = [(name, read_stack_file(name, root)) for name in stack_names(root, SERVICE)]
    template = root / REVIEW_TEMPLATE
    if template.exists():
        files.append((REVIEW_STACKS, read_stack_file(TEMPLATE_STACK, root, template)))
    for name, file in files:
        yield file, partial(_member, name, file, settings, limits)


def _of_networks(settings: Settings, limits: Limits, root: Path) -> Iterator[_Read]:
    for name in stack_names(root, NETWORK):
        file = read_stack_file(name, root)
        yield file, partial(_network, name, file, settings, limits, root)


def _network(name: str, file: StackFile, settings: Settings, limits: Limits, root: Path) -> Member:
    from program.network import settings as network
    from program.network.validation import validate as validate_network

    found = read_settings(file, network.Settings, validate_network, limits)
    return Member(
        name=name,
        copy=_copy(NETWORK, found, _account(found, limits, settings)),
        files=StackFiles(project=NETWORK.name(root), stack=file.stack),
    )


def _member(name: str, file: StackFile, settings: Settings, limits: Limits) -> Member:
    found = read_settings(file, service.Settings, validate, limits)
    key = found.config_key("environment_suffix")
    why = reserved_suffix(key, file.config.get(key, "")) if name != REVIEW_STACKS else None
    if why is not None:
        raise SettingsError([Problem(key, why)])
    network = found.networking_stack_ref
    account = _account(found, limits, settings)
    return Member(
        name=name,
        copy=_copy(
            SERVICE,
            found,
            account,
            suffix=REVIEW_STACKS if name == REVIEW_STACKS else None,
            # What the functions of another account are made from is that account's.
            image=_image(found, settings) if account == settings.account else "",
        ),
        files=StackFiles(
            project=SERVICE.name(),
            stack=name,
            network=network.partition("/")[2] if network is not None else None,
        ),
    )


def _copy(
    project: Project, found: ProjectSettings, account: str, *, suffix: str | None = None, image: str = ""
) -> Copy:
    return Copy(
        label=project.label,
        project=project.name(),
        prefix=found.name_prefix,
        environment=found.environment,
        suffix=suffix or found.environment_suffix,
        region=found.region,
        account=account,
        image=image,
    )


def _account(found: ProjectSettings, limits: Limits, settings: Settings) -> str:
    """Return the account that the stack lives in: the environment's own, else the foundation's."""
    return limits.environments[found.environment].account or settings.account


def _image(found: service.Settings, settings: Settings) -> str:
    """Return the ARN of the image's repository, by its registry: `<account>.dkr.ecr.<region>.amazonaws.com`."""
    registry, _, rest = found.docker_image_uri.partition("/")
    parts = registry.split(".")
    if parts[1:3] != ["dkr", "ecr"]:
        key = found.config_key("docker_image_uri")
        raise SettingsError(
            [
                Problem(
                    key,
                    f"{key} is of {registry}, which is no registry of ECR; Lambda pulls from "
                    f"<account>.dkr.ecr.<region>.amazonaws.com alone ({settings.registry(found.region)})",
                )
            ]
        )
    return f"arn:aws:ecr:{parts[3]}:{parts[0]}:repository/{rest.partition('@')[0]}"
