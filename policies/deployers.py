"""The names of what the foundation makes for a copy of the service: the roles that act on it, its roles' boundary."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policies.known.worlds import SERVICE, world_of

# Begins the suffix of a review stack's copy; `pr-*` stands for all of them, which share one role and one boundary.
REVIEW_SUFFIX = "pr-"
_OF_REVIEW = re.compile(rf"{REVIEW_SUFFIX}(\d+|\*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployers:
    """Names in IAM: who deploys, compares and previews the copy, and what limits every role that the copy makes."""

    deploy_role: str
    drift_role: str
    preview_role: str
    boundary: str


def deployers_of(project: str, environment: str, suffix: str, prefix: str = "") -> Deployers:
    """Return the names for the copy with that suffix.

    The prefix of physical names stands before the network's and the foundation's projects, whose names are the same in
    every repository: two services in one account each have their own.
    """
    owner = f"{prefix}-{project}" if prefix and world_of(project) != SERVICE else project
    if _OF_REVIEW.fullmatch(suffix):
        review = f"{environment}-{owner}-review"
        return Deployers(deploy_role=review, drift_role=review, preview_role=review, boundary=f"{review}-boundary")
    return Deployers(
        deploy_role=f"{environment}-{owner}-deploy-{suffix}",
        drift_role=f"{environment}-{owner}-drift-{suffix}",
        preview_role=f"{environment}-{owner}-preview-{suffix}",
        boundary=f"{environment}-{owner}-boundary-{suffix}",
    )


def project_of_owner(owner: str, prefix: str) -> str:
    """Return the project whose roles have the owner's name in theirs."""
    bare = owner.removeprefix(f"{prefix}-") if prefix else owner
    return bare if world_of(bare) != SERVICE else owner
