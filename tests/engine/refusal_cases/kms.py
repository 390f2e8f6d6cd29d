"""Keys and aliases."""

from policies import tokens
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, gone, made

CASES = [
    Case("UpdateKeyDescription", "NotFoundException", "exist", gone(tokens.KEY)),
    Case("CreateKey", "LimitExceededException", "0 keys", full(tokens.KEY, "keys")),
    Case("CreateKey", "MalformedPolicyDocumentException", "policy", made(tokens.KEY, policy="{}")),
    Case("PutKeyPolicy", "MalformedPolicyDocumentException", "policy", changed(tokens.KEY, policy="{}")),
    Case("UpdateAlias", "NotFoundException", "alias/a-key", gone(tokens.ALIAS)),
    Case("CreateAlias", "AlreadyExistsException", "alias/a-key", again(tokens.ALIAS)),
    Case("CreateAlias", "NotFoundException", NOWHERE, made(tokens.ALIAS, targetKeyId=NOWHERE)),
    Case("UpdateAlias", "NotFoundException", NOWHERE, changed(tokens.ALIAS, targetKeyId=NOWHERE)),
]
