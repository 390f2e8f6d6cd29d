"""Rules on policy documents: they allow what is known and no more, and deny what they must."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policies.context import Context
from policies.iam import DocumentError, statements
from policies.known.grants import Grants
from policies.known.texts import Place
from policies.rule import ANY_TYPE, Said, StackRule, said_of_each
from policies.view import Resource, StackView

# What is for a role alone: there are no principals in its documents.
_OF_ROLES = ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")


def _grants(stack: StackView, context: Context) -> Said:
    place = Place(stack, context)
    for resource in stack.resources:
        of_type = context.known.types.get(resource.type)
        for prop in of_type.documents if of_type is not None else ():
            yield from said_of_each([resource], partial(_of_document, prop, place.of(resource)))


def _of_document(prop: str, place: Place, resource: Resource) -> Iterator[str]:
    return (f"{prop}: {said}" for said in _document(resource, prop, place))


def _document(resource: Resource, prop: str, place: Place) -> Iterator[str]:
    known = place.context.known
    document, file = known.document(resource.type, resource.name, prop), known.files[resource.type]
    if document is None:
        yield (
            f"nothing is known of what {resource.name} may allow. Remove it, or add {resource.name} to {file} under "
            f"{resource.type}, resources, with all that it allows"
        )
        return
    given = resource.get(prop)
    if given is None:
        yield "it is not set, and must deny or allow what it is known for"
        return
    try:
        found = statements(given)
    except DocumentError:
        return  # iam-readable and kms-no-public say so
    grants = Grants(document, place, resource.depends_by(prop))
    for problem in grants.problems(found, of_resource=resource.type not in _OF_ROLES):
        yield f"{problem} ({file}, {resource.name})"


GRANTS = StackRule(
    id="known-grants",
    title="Policy documents must allow known grants only, and deny what they have to.",
    why="A list of bad actions misses the one that nobody thought of; each document has few that it needs.",
    fix="Remove the grant, or add it to the resource's documents in policies/known with its reason.",
    types=(ANY_TYPE,),
    severity="critical",
    judge=_grants,
)

RULES = (GRANTS,)
