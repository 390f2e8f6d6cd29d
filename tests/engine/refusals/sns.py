"""What SNS refuses: topics that aren't there, and a taken name with other attributes.

A topic of a taken name and the same attributes is the one that exists. Not known here: whether the topic's key lets
anybody publish, and whether a subscription is ever confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Rule, gone, missing, quota

_SAME = ("fifoTopic", "kmsMasterKeyId", "tags")


def other_attributes(asked: Asked) -> Iterator[str]:
    """Say that the topic of the name has other attributes."""
    other = asked.account.find(tokens.TOPIC, "name", str(asked.new.get("name")))
    if other is not None and any(other.get(key) != asked.new.get(key) for key in _SAME):
        yield f"topic {asked.new.get('name')} exists already with different attributes"


_TOPIC = partial(Rule, type=tokens.TOPIC, service="SNS")
_SET = {"create": "SetTopicAttributes", "update": "SetTopicAttributes"}

RULES: tuple[Rule, ...] = (
    _TOPIC(operations={"update": "SetTopicAttributes"}, code="NotFound", judge=gone),
    _TOPIC(operations={"create": "CreateTopic"}, code="InvalidParameter", judge=other_attributes),
    _TOPIC(operations={"create": "CreateTopic"}, code="TopicLimitExceeded", judge=quota("topics")),
    Rule(
        type=tokens.TOPIC_POLICY,
        service="SNS",
        operations=_SET,
        code="NotFound",
        judge=missing("arn", Account.has_topic),
    ),
    Rule(
        type=tokens.SUBSCRIPTION,
        service="SNS",
        operations={"create": "Subscribe"},
        code="NotFound",
        judge=missing("topic", Account.has_topic),
    ),
)
