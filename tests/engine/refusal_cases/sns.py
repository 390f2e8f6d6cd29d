"""Topics, their policies and subscriptions."""

from policies import tokens
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, gone, made

CASES = [
    Case("SetTopicAttributes", "NotFound", "a-topic", gone(tokens.TOPIC)),
    Case("CreateTopic", "InvalidParameter", "different attributes", again(tokens.TOPIC, tags={"Other": "yes"})),
    Case("CreateTopic", "TopicLimitExceeded", "0 topics", full(tokens.TOPIC, "topics")),
    Case("SetTopicAttributes", "NotFound", NOWHERE, made(tokens.TOPIC_POLICY, arn=NOWHERE)),
    Case("SetTopicAttributes", "NotFound", NOWHERE, changed(tokens.TOPIC_POLICY, arn=NOWHERE)),
    Case("Subscribe", "NotFound", NOWHERE, made(tokens.SUBSCRIPTION, topic=NOWHERE)),
]
