"""For which stack the foundation makes a resource: by the resource's logical name, and by its name in IAM.

The foundation stands for one environment and makes things of every stack. What is known of these is said in the words
of that stack, whose environment and suffix are then those of the resource.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from policies.context import Context
from policies.deployers import REVIEW_SUFFIX, Deployers, deployers_of, project_of_owner
from policies.known.worlds import FOUNDATION, SERVICE, WORLDS, World, world_of
from policies.naming import NAME_PART
from policies.view import Resource

_REVIEW, _IMAGE = "review", "image"
_PARTS = r"role|policy-\d+(?:-attachment)?|environment|branch|aws-[a-z-]+|pulumi-backend-url"
_OF_A_STACK = re.compile(
    rf"(?:github-)?(?P<world>{'|'.join(WORLDS)})-(?P<kind>preview|drift|deploy|boundary)-"
    rf"(?P<stack>[a-z][a-z0-9-]*?)(?:-(?:{_PARTS}))?"
)
_OF_REVIEWS = re.compile(rf"(?:github-)?(?P<world>{SERVICE})-(?P<kind>{_REVIEW})-(?:{_PARTS})")
_OF_THE_IMAGE = re.compile(rf"github-(?P<kind>{_IMAGE})-(?:environment|branch|aws-[a-z-]+)")
# In IAM a role's policies have its name and a number.
_NUMBER = r"(?:-policy-\d+)?"
_SUFFIX = r"[a-z0-9]+(?:-[a-z0-9]+)*?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A stack, all review stacks, or the image; the last three are known of what has a name in IAM alone."""

    world: World
    kind: str
    stack: str
    project: str | None = None
    environment: str | None = None
    suffix: str | None = None
    # Of the foundation, which is that of all its stacks.
    prefix: str = ""

    @property
    def called(self) -> str:
        """Return what people and GitHub's environments call the stack: `dev`, `network/dev`, `review`."""
        return self.stack if self.world == SERVICE else f"{self.world}/{self.stack}"

    @property
    def github(self) -> str:
        """Return the environment of GitHub that a role of the kind stands for."""
        return f"{self.called}-{self.kind}" if self.kind in ("preview", "drift") else self.called

    @property
    def networks(self) -> list[str]:
        """Return the stacks of the network that the stack may stand in: its environment's, or one of its own name."""
        names = [self.environment, self.stack if self.stack != _REVIEW else None]
        return sorted({name for name in names if name is not None})

    @property
    def deployers(self) -> Deployers | None:
        """Return the names of what the foundation makes for the stack."""
        if self.project is None or self.environment is None or self.suffix is None:
            return None
        return deployers_of(self.project, self.environment, self.suffix, self.prefix)

    @property
    def name(self) -> str | None:
        """Return the name in IAM of what is of this kind."""
        names = self.deployers
        if names is None:
            return None
        by_kind = {
            "preview": names.preview_role,
            "drift": names.drift_role,
            "deploy": names.deploy_role,
            _REVIEW: names.deploy_role,
            "boundary": names.boundary,
        }
        return by_kind[self.kind]

    def within(self, context: Context) -> Context:
        """Return the context in which the stack's own words hold; the one given where its environment isn't known."""
        if self.environment is None or self.suffix is None:
            return context
        suffix = {context.stack.key("environmentSuffix"): self.suffix}
        return replace(
            context,
            environment=self.environment,
            limits=context.all_limits.environments[self.environment],
            stack=replace(context.stack, config={**context.stack.config, **suffix}, given_suffix=None),
        )


def copy_of(resource: Resource, context: Context) -> Copy | None:
    """Return the stack that the foundation makes the resource for; None for what it makes for itself or for nobody.

    A name in IAM that doesn't go with the logical one is nobody's: nothing is known of it.
    """
    if context.world != FOUNDATION:
        return None
    if _OF_THE_IMAGE.fullmatch(resource.name) is not None:
        return Copy(world=SERVICE, kind=_IMAGE, stack=_IMAGE)
    found = _OF_A_STACK.fullmatch(resource.name) or _OF_REVIEWS.fullmatch(resource.name)
    if found is None:
        return None
    parts = found.groupdict()
    world = next(each for each in WORLDS if each == parts["world"])
    copy = Copy(world=world, kind=parts["kind"], stack=parts.get("stack") or _REVIEW)
    named = resource.peek("name")
    return _named(copy, named, context) if isinstance(named, str) else copy


def _named(copy: Copy, name: str, context: Context) -> Copy | None:
    environments = "|".join(map(re.escape, context.all_limits.environments))
    if copy.stack == _REVIEW:
        boundary = "-boundary" if copy.kind == "boundary" else ""
        tail, fixed = rf"{_REVIEW}{boundary}", f"{REVIEW_SUFFIX}*"
    else:
        tail, fixed = rf"{copy.kind}-(?P<suffix>{_SUFFIX})", None
    found = re.fullmatch(rf"(?P<environment>{environments})-(?P<project>{NAME_PART}?)-{tail}{_NUMBER}", name)
    if found is None:
        return None
    parts = found.groupdict()
    agrees = copy.stack not in context.all_limits.environments or copy.stack == parts["environment"]
    prefix = context.prefix or ""
    project = project_of_owner(parts["project"], prefix)
    if world_of(project) != copy.world or not agrees:
        return None
    suffix = fixed or parts["suffix"]
    return replace(copy, project=project, environment=parts["environment"], suffix=suffix, prefix=prefix)
