"""What the foundation of one account asks for: the account, GitHub's repository, the state's place, the app's image."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from policies.limits import DataProtection
from program.foundation.rights.trust import Repository
from program.project.definition import FOUNDATION, Project
from program.project.home import bucket_address
from program.project.setting import setting
from program.project.settings import ProjectSettings
from program.project.values import REGION, Texts

# What the workflows do only where a repository's plan or its people want it, each by a variable of that name.
Feature = Literal["attestations", "codeScanning", "publishPage"]
FEATURES: tuple[str, ...] = get_args(Feature)
REVIEWER = re.compile(r"(?P<environment>[a-z][a-z0-9]{0,15}) (?P<kind>team|user) (?P<id>[1-9]\d{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewers:
    """Who may let a deployment of an environment begin: ids of GitHub's."""

    teams: tuple[int, ...] = ()
    users: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.teams or self.users)


class Settings(ProjectSettings):
    """Every setting of the foundation beside those that each project has."""

    project: ClassVar[Project] = FOUNDATION
    provider_keys: ClassVar[Mapping[str, str]] = {**ProjectSettings.provider_keys, "owner": "github:owner"}

    owner: str = setting(
        about="Who owns the repository of GitHub; a stack file has it as github:owner.",
        allowed="a user or an organisation of GitHub",
        not_compared="each repository has its own",
        pattern=r"^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$",
    )
    repository: str = setting(
        about="The name of the repository of GitHub, without its owner.",
        allowed="up to 100 letters, digits, hyphens, dots and underscores",
        not_compared="each repository has its own",
        pattern=r"^[A-Za-z0-9_.-]{1,100}$",
    )
    repository_id: str = setting(
        about="The repository's number (gh api repos/<owner>/<repository> --jq .id), in quotes.",
        allowed="a number of GitHub's, in quotes",
        not_compared="each repository has its own",
        pattern=r"^[1-9][0-9]{0,18}$",
    )
    token_subject: str = setting(
        about="How the subject of its tokens begins; repositories made since July 2026 have ids in it "
        "(Settings, Actions, OIDC).",
        allowed="repo:<owner>/<repository>, or repo:<owner>@<id>/<repository>@<id>",
        not_compared="each repository has its own",
        pattern=r"^repo:[A-Za-z0-9_.-]+(@[0-9]+)?/[A-Za-z0-9_.-]+(@[0-9]+)?$",
    )
    account: str = setting(
        about="The account of AWS, in quotes.",
        allowed="the twelve digits of an account, in quotes",
        not_compared="each foundation is of one account",
        pattern=r"^[0-9]{12}$",
    )
    identity_provider: Literal["make", "existing"] = setting(
        "make",
        about="Whether the account has GitHub's OpenID Connect provider already (existing): it takes one alone (make).",
        allowed="make or existing",
        not_compared="a fact of the account",
    )
    repository_settings: Literal["make", "existing"] = setting(
        "make",
        about="Whether it sets what the repository has once: variables, label, rules, image (make), or the foundation "
        "of another account does (existing).",
        allowed="make or existing",
        not_compared="a repository has one foundation that sets these",
    )
    state_bucket: str = setting(
        about="The bucket that holds the state of every stack; its name is taken in all of AWS.",
        allowed="3 to 63 lower-case letters, digits and hyphens",
        not_compared="each account has its own",
        pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
    )
    image_repository: str = setting(
        about="The repository of the app's image in ECR.",
        allowed="lower-case words with single separators (. _ - /)",
        place="docker.repository",
        pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$",
    )
    image_region: str = setting(
        about="The region that the image is pushed to; it is replicated to the stacks' others.",
        allowed="an AWS region such as us-east-1",
        not_compared="each account has its own",
        pattern=REGION,
    )
    reviewers: Texts = setting(
        (),
        about="Who lets a deployment begin: <environment> team <id>, or <environment> user <id>.",
        allowed="a list of: <environment> team <id>, or <environment> user <id>",
        not_compared="each repository has its own",
    )
    review_stacks: Literal["off", "label", "always"] = setting(
        "off",
        about="Whether a pull request gets a stack of its own: off (in quotes), by the label review-stack, or always.",
        allowed='"off" (in quotes), label or always',
        place="github.reviewStacks",
    )
    features: Texts = setting(
        (),
        about=f"What the workflows do beside ({', '.join(FEATURES)}); some need a plan of GitHub that has it.",
        allowed=f"a list of {', '.join(FEATURES)}",
        place="github.features",
    )
    data_protection: DataProtection = setting(
        "protected",
        about="protected (state, keys and images can't be destroyed) or ephemeral (the foundation can be taken down).",
        allowed="ephemeral or protected",
        place="dataProtection",
    )

    @property
    def given_account(self) -> str | None:
        """Return the account that the foundation is of."""
        return self.account

    @property
    def github(self) -> Repository:
        """Return the repository as trust policies name it."""
        return Repository(name=f"{self.owner}/{self.repository}", id=self.repository_id, subject=self.token_subject)

    @property
    def reviewers_by_environment(self) -> Mapping[str, Reviewers]:
        """Return the reviewers of each environment that has some; what is malformed is left out, and told elsewhere."""
        found: defaultdict[str, dict[str, list[int]]] = defaultdict(lambda: {"team": [], "user": []})
        for entry in map(REVIEWER.fullmatch, self.reviewers):
            if entry is not None:
                found[entry["environment"]][entry["kind"]].append(int(entry["id"]))
        return {
            environment: Reviewers(teams=tuple(sorted(ids["team"])), users=tuple(sorted(ids["user"])))
            for environment, ids in sorted(found.items())
        }

    @property
    def sets_repository(self) -> bool:
        """Tell whether it sets what the repository has once."""
        return self.repository_settings == "make"

    @property
    def backend_url(self) -> str:
        """Return where Pulumi keeps the state, as it takes it."""
        return bucket_address(self.state_bucket, self.region)

    def registry(self, region: str) -> str:
        """Return the account's registry of images in the region."""
        return f"{self.account}.dkr.ecr.{region}.amazonaws.com"
