"""What KMS refuses: taken aliases, and keys that aren't there.

Not known here: what a key's policy allows whom, so neither that a policy locks its own writer out. A key that is in use
may be deleted: AWS only schedules it, and whatever it encrypted is lost then.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.iam import no_document
from tests.engine.refusals.rule import Asked, Rule, gone, missing, quota, taken


def no_policy(asked: Asked) -> Iterator[str]:
    """Say that the policy is no policy document; a key without one gets AWS's own."""
    if asked.new.get("policy") is not None:
        yield from no_document("policy")(asked)


_KEY = partial(Rule, type=tokens.KEY, service="KMS")
_ALIAS = partial(Rule, type=tokens.ALIAS, service="KMS")
_MAKE, _CHANGE = {"create": "CreateAlias"}, {"update": "UpdateAlias"}
_MAKE_KEY = {"create": "CreateKey"}

RULES: tuple[Rule, ...] = (
    _KEY(operations={"update": "UpdateKeyDescription"}, code="NotFoundException", judge=gone),
    _KEY(operations=_MAKE_KEY, code="LimitExceededException", judge=quota("keys")),
    _KEY(operations=_MAKE_KEY | {"update": "PutKeyPolicy"}, code="MalformedPolicyDocumentException", judge=no_policy),
    _ALIAS(operations=_CHANGE, code="NotFoundException", judge=gone),
    _ALIAS(operations=_MAKE, code="AlreadyExistsException", judge=taken("name")),
    _ALIAS(operations=_MAKE | _CHANGE, code="NotFoundException", judge=missing("targetKeyId", Account.has_key)),
)
