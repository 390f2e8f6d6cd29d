"""Judge the foundation's settings by the limits and by each other, before any resource exists."""

from __future__ import annotations

from collections.abc import Iterator

from policies.limits import Limits
from policies.schema import suggest
from program.foundation.settings import FEATURES, REVIEWER, Settings
from program.project.limits import LIMITS_FILE, Judgement, by_limits, refuse

# The most reviewers that GitHub takes for an environment.
MOST_REVIEWERS = 6
# How S3 reserves names: they can't begin or end so.
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3")


def validate(settings: Settings, limits: Limits) -> None:
    """Raise SettingsError with every setting that can't be."""
    refuse(settings, _judge(settings, limits))


def _judge(settings: Settings, limits: Limits) -> Judgement:
    yield from by_limits(settings, limits)
    yield from _by_account(settings, limits)
    yield from _by_repository(settings)
    yield from _by_bucket(settings)
    yield from _by_reviewers(settings, limits)
    for feature in settings.features:
        if feature not in FEATURES:
            yield (
                "features",
                f"{settings.config_key('features')} has {feature!r}; it takes {', '.join(FEATURES)}"
                f"{suggest(feature, list(FEATURES))}",
            )


def _by_account(settings: Settings, limits: Limits) -> Judgement:
    environment = limits.environments.get(settings.environment)
    wanted = environment.account if environment is not None else None
    if wanted is not None and wanted != settings.account:
        yield (
            "account",
            f"{settings.config_key('account')} is {settings.account}; {LIMITS_FILE} says that {settings.environment} "
            f"lives in {wanted}: correct one of them",
        )


def _by_repository(settings: Settings) -> Judgement:
    plain = "/".join(part.partition("@")[0] for part in settings.token_subject.removeprefix("repo:").split("/"))
    named = f"{settings.owner}/{settings.repository}"
    ids = [part.partition("@")[2] for part in settings.token_subject.split("/")]
    if plain.lower() != named.lower():
        yield (
            "token_subject",
            f"{settings.config_key('token_subject')} is of {plain}, but the repository is {named}; no job of it would "
            f"be let in: it must be repo:{named}, or the same with ids",
        )
    elif ids[1] not in ("", settings.repository_id) or bool(ids[0]) != bool(ids[1]):
        yield (
            "token_subject",
            f"{settings.config_key('token_subject')} is {settings.token_subject}; with ids it must be "
            f"repo:{settings.owner}@<the owner's>/{settings.repository}@{settings.repository_id}",
        )


def _by_bucket(settings: Settings) -> Judgement:
    found = settings.state_bucket
    if found.startswith(_RESERVED_STARTS) or found.endswith(_RESERVED_ENDS):
        yield (
            "state_bucket",
            f"{settings.config_key('state_bucket')} is {found}; S3 keeps names that begin with "
            f"{', '.join(_RESERVED_STARTS)} or end with {', '.join(_RESERVED_ENDS)} for itself: choose another",
        )


def _by_reviewers(settings: Settings, limits: Limits) -> Judgement:
    key = settings.config_key("reviewers")
    said = [*_malformed(settings, limits)]
    yield from (("reviewers", f"{key} {text}") for text in said)
    found = settings.reviewers_by_environment
    # Whoever merges deploys the first environment; each further one is let in by somebody.
    for environment in list(limits.environments)[1:]:
        if environment not in found:
            yield (
                "reviewers",
                f"{key} names nobody for {environment}, which nobody but the first environment may do without; add "
                f"'{environment} team <id>' (gh api orgs/{settings.owner}/teams/<name> --jq .id)",
            )
    for environment, reviewers in found.items():
        if len(reviewers.teams) + len(reviewers.users) > MOST_REVIEWERS:
            yield (
                "reviewers",
                f"{key} has more than {MOST_REVIEWERS} for {environment}; GitHub takes no more: name a team",
            )


def _malformed(settings: Settings, limits: Limits) -> Iterator[str]:
    for entry in settings.reviewers:
        parts = REVIEWER.fullmatch(entry)
        if parts is None:
            yield f"has {entry!r}; an entry is <environment> team <id>, or <environment> user <id>"
        elif parts["environment"] not in limits.environments:
            yield (
                f"has {entry!r}; {LIMITS_FILE} doesn't know the environment {parts['environment']}"
                f"{suggest(parts['environment'], list(limits.environments))}"
            )
