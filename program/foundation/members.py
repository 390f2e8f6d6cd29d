"""The stacks of the account that the foundation carries: each copy, with its files in the state, by the stack files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from policies.limits import Limits
from program.errors import Problem, SettingsError
from program.foundation.rights.places import Copy
from program.foundation.rights.state import REVIEW_STACKS, StackFiles
from program.foundation.settings import Settings
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE, Project
from program.project.settings import ProjectSettings
from program.project.stack_names import reserved_suffix
from program.project.stackfile import REVIEW_TEMPLATE, TEMPLATE_STACK, StackFile, read_stack_file, stack_names
from program.service import settings as service
from program.service.validation import validate

Kind = TypeVar("Kind", bound=ProjectSettings)


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
    _one_sets_the_repository(settings, root)
    found = [*_of_networks(settings, limits, root), *_of_service(settings, limits, root)]
    if not any(member.copy.label == SERVICE.label for member in found):
        key = settings.config_key("account")
        raise SettingsError([Problem(key, f"{key} is {settings.account}, in which no stack lives; give a stack's own")])
    return tuple(found)


def _one_sets_the_repository(settings: Settings, root: Path) -> None:
    """Raise SettingsError unless one foundation of the repository, and no other, sets what it has once."""
    key = settings.config_key("repository_settings")
    files = [read_stack_file(name, root) for name in stack_names(root, FOUNDATION)]
    of_it = [file for file in files if _repository(file, settings) == settings.github.name.lower()]
    setting = [file.path for file in of_it if file.config.get(key, "make") == "make"]
    if of_it and len(setting) != 1:
        found = f"{' and '.join(setting)} set" if setting else f"none of {', '.join(file.path for file in of_it)} sets"
        raise SettingsError(
            [
                Problem(
                    key,
                    f"{found} what {settings.github.name} has once; {key} must be make in one stack file of the "
                    f"foundation, and existing in the others",
                )
            ]
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


def read_settings(
    file: StackFile, kind: type[Kind], validation: Callable[[Kind, Limits], None], limits: Limits
) -> Kind:
    """Return the settings of the stack's file; raise SettingsError with each problem's place in it."""
    problems = list(file.problems)
    if not problems:
        try:
            found = kind.parse(file.config, os.environ)
            validation(found, limits)
        except SettingsError as error:
            problems = list(error.problems)
        else:
            return found
    raise SettingsError([replace(problem, place=file.source(problem.key)) for problem in problems])


def _of_service(settings: Settings, limits: Limits, root: Path) -> Iterator[Member]:
    files = [(name, read_stack_file(name, root)) for name in stack_names(root, SERVICE)]
    template = root / REVIEW_TEMPLATE
    if template.exists():
        files.append((REVIEW_STACKS, read_stack_file(TEMPLATE_STACK, root, template)))
    for name, file in files:
        found = read_settings(file, service.Settings, validate, limits)
        key = found.config_key("environment_suffix")
        why = reserved_suffix(key, file.config.get(key, "")) if name != REVIEW_STACKS else None
        if why is not None:
            raise SettingsError([Problem(key, why, file.source(key))])
        if _account(found, limits, settings) == settings.account:
            yield _member(name, file, found, settings)


def _of_networks(settings: Settings, limits: Limits, root: Path) -> Iterator[Member]:
    names = stack_names(root, NETWORK)
    if not names:
        return
    from program.network import settings as network
    from program.network.validation import validate as validate_network

    for name in names:
        file = read_stack_file(name, root)
        found = read_settings(file, network.Settings, validate_network, limits)
        if _account(found, limits, settings) == settings.account:
            yield Member(
                name=name,
                copy=_copy(NETWORK, found, settings.account),
                files=StackFiles(project=NETWORK.name(root), stack=file.stack),
            )


def _member(name: str, file: StackFile, found: service.Settings, settings: Settings) -> Member:
    network = found.networking_stack_ref
    return Member(
        name=name,
        copy=_copy(
            SERVICE,
            found,
            settings.account,
            suffix=REVIEW_STACKS if name == REVIEW_STACKS else None,
            image=_image(file, found, settings),
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


def _image(file: StackFile, found: service.Settings, settings: Settings) -> str:
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
                    file.source(key),
                )
            ]
        )
    return f"arn:aws:ecr:{parts[3]}:{parts[0]}:repository/{rest.partition('@')[0]}"
