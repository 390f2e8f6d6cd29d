"""Physical names and tags of one copy of the system."""

from __future__ import annotations

from dataclasses import dataclass

from policies.deployers import Deployers, deployers_of
from policies.naming import physical_name

# The project's own, before the service in every physical name; `parity init` sets it.
PREFIX = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of one copy of the system."""

    project: str
    prefix: str
    environment: str
    suffix: str

    def physical(self, service: str, kind: str) -> str:
        """Return the physical name of a resource, for example `prod-db-credentials-main`."""
        return physical_name(
            environment=self.environment, prefix=self.prefix, service=service, kind=kind, suffix=self.suffix
        )

    @property
    def deployers(self) -> Deployers:
        """Return the names of the roles that act on this copy, and of the boundary of those that it makes."""
        return deployers_of(self.project, self.environment, self.suffix, self.prefix)

    @property
    def tags(self) -> dict[str, str]:
        """Return the tags of every resource; on each resource, as the provider's defaultTags would hide them."""
        return {
            "Environment": self.environment,
            "EnvironmentSuffix": self.suffix,
            "ManagedBy": "pulumi",
            "Project": self.project,
        }
