"""Where rights hold: one copy of a project, or all review copies, by the words of its names and ARNs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.deployers import Deployers, deployers_of
from policies.known.calls import PLACEHOLDER
from policies.naming import prefixed

_PREFIX = "prefix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy of a project; the suffix `pr-*` stands for all review copies of the service."""

    # Whose inventory holds: of the service (no label), the network or the foundation.
    label: str
    # Pulumi's name of the project.
    project: str
    # In every physical name, often nothing.
    prefix: str
    environment: str
    suffix: str
    region: str
    account: str
    # The ARN of the repository that the app's image is pulled from; nothing where no image is.
    image: str
    # What else the placeholders of the project's inventory stand for.
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def deployers(self) -> Deployers:
        """Return the names of the roles that act on the copy, and of its own roles' boundary."""
        return deployers_of(self.project, self.environment, self.suffix, self.prefix)

    @property
    def boundary(self) -> str:
        """Return the ARN of the boundary that every role of the copy has."""
        return f"arn:aws:iam::{self.account}:policy/{self.deployers.boundary}"

    @property
    def tags(self) -> Mapping[str, str]:
        """Return the tags by which the copy's resources are told from those of others."""
        return {"Environment": self.environment, "EnvironmentSuffix": self.suffix, "Project": self.project}

    @property
    def words(self) -> Mapping[str, str]:
        """Return what the placeholders stand for."""
        return {
            "account": self.account,
            "boundary": self.boundary,
            "environment": self.environment,
            "image": self.image,
            _PREFIX: self.prefix,
            "region": self.region,
            "suffix": self.suffix,
            **self.more,
        }


def filled(template: str, words: Mapping[str, str]) -> str:
    """Return the template with every placeholder's word in its place, and the prefix where names have it."""
    return PLACEHOLDER.sub(lambda match: words[match[1]], prefixed(template, words[_PREFIX]))
