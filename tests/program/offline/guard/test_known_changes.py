"""What a change does to the known world: what came and went, and never what only moved to another place of a list."""

import pytest

from policies.strict_yaml import Document, parse
from program.offline.guard import known_changes as module
from program.offline.guard.known_changes import known_changes

FILE = "policies/known/service/kms.yaml"
TYPE = "types.aws:kms/key:Key"
BASE = """\
types:
  aws:kms/key:Key:
    region: {oneOf: [us-east-1, us-east-2]}
    calls:
      read:
        - {actions: [kms:DescribeKey, kms:GetKeyPolicy], source: provider}
        - {actions: [kms:ListAliases], on: ["*"], source: model}
    documents:
      policy:
        allows:
          - {actions: [kms:Decrypt], if: {StringEquals: {aws:SourceAccount: [a, b]}}, everywhere: It is the key's own.}
          - {name: administrators, actions: [kms:PutKeyPolicy]}
"""


def told(old, new, text=BASE):
    """Return what is told of the change as `effect line: text`."""
    assert old in text, f"the example no longer holds {old!r}; mend the test"
    found = known_changes(FILE, parse(text), parse(text.replace(old, new)))
    assert {(change.file, change.kind.removesuffix(" removed")) for change in found} <= {(FILE, "known entry")}
    return [
        f"{change.effect} {change.line}: {change.text.removeprefix(f'{TYPE}.')}"
        for change in known_changes(FILE, parse(text), parse(text.replace(old, new)))
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "[kms:DescribeKey,",
            "[kms:CreateGrant, kms:DescribeKey,",
            ["weakens 6: calls.read[].actions[]: kms:CreateGrant"],
        ),
        ("kms:DescribeKey, ", "", ["changes 6: calls.read[].actions[] is gone; it was kms:DescribeKey"]),
        ("[kms:DescribeKey, kms:GetKeyPolicy]", "[kms:GetKeyPolicy, kms:DescribeKey]", []),
        (
            "      read:\n",
            "      read:\n        - {actions: [kms:Verify, kms:Sign], source: provider}\n",
            ["weakens 6: calls.read[]: {actions: kms:Verify, kms:Sign; source: provider}"],
        ),
        (
            '        - {actions: [kms:ListAliases], on: ["*"], source: model}\n',
            "",
            ["changes 5: calls.read[] is gone; it was {actions: kms:ListAliases; on: *; source: model}"],
        ),
        ("[us-east-1, us-east-2]", "[eu-west-1, us-east-2, us-east-1]", ["weakens 3: region.oneOf[]: eu-west-1"]),
        (
            "[a, b]",
            "[c, b]",
            [
                "weakens 11: documents.policy.allows[].if.StringEquals.aws:SourceAccount[]: c",
                "changes 11: documents.policy.allows[].if.StringEquals.aws:SourceAccount[] is gone; it was a",
            ],
        ),
        (
            "if: {StringEquals: {aws:SourceAccount: [a, b]}}, ",
            "",
            ["changes 11: documents.policy.allows[].if.StringEquals.aws:SourceAccount is gone; it was a, b"],
        ),
        (
            "{oneOf: [us-east-1, us-east-2]}",
            "{free: Any is good.}",
            ["weakens 3: region.free: Any is good.", "changes 3: region.oneOf is gone; it was us-east-1, us-east-2"],
        ),
        ("[us-east-1, us-east-2]", "us-east-1", ["weakens 3: region.oneOf: us-east-1; it was us-east-1, us-east-2"]),
        ("[us-east-1, us-east-2]", "[]", ["weakens 3: region.oneOf: []; it was us-east-1, us-east-2"]),
        ("[us-east-1, us-east-2]", "[[us-east-1], us-east-2]", [
            "weakens 3: region.oneOf[]: us-east-1",
            "changes 3: region.oneOf[] is gone; it was us-east-1",
        ]),
    ],
    ids=[
        "an action at the top", "an action less", "another order", "a statement at the top", "a statement less",
        "a value at the top", "a condition's value", "a condition less", "another judge", "a value for a list",
        "an empty list", "a list for a value",
    ],
)  # fmt: skip
def test_only_what_is_added_or_taken_away_is_told(old, new, expected):
    assert told(old, new) == expected


def test_statements_that_changed_places_and_words_are_each_compared_with_what_they_were():
    first = (
        "          - {actions: [kms:Decrypt], if: {StringEquals: {aws:SourceAccount: [a, b]}}, "
        "everywhere: It is the key's own.}\n"
    )
    second = "          - {name: administrators, actions: [kms:PutKeyPolicy]}\n"
    turned = second.replace("Policy]", "Policy, kms:EnableKey]") + first.replace("Decrypt]", "Decrypt, kms:Encrypt]")

    assert told(first + second, turned) == [
        "weakens 12: documents.policy.allows[].actions[]: kms:Encrypt",
        "weakens 11: documents.policy.allows[].actions[]: kms:EnableKey",
    ]


def test_a_type_that_is_gone_is_known_no_more():
    found = told(BASE.removeprefix("types:\n"), "  aws:sqs/queue:Queue: {reason: A queue.}\n")

    assert found[-1] == "weakens 2: types.aws:sqs/queue:Queue.reason: A queue."
    assert {line.partition(" ")[0] for line in found[:-1]} == {"narrows"}


REQUIRED = """\
types:
  aws:kms/key:Key:
    reason: A key.
    properties: {required: {is: 1}}
    resources: {app-key: {required: Without it nothing can be read.}}
"""


def test_with_a_type_goes_what_it_required_which_lets_pass_more():
    found = told(REQUIRED.removeprefix("types:\n"), "  aws:sqs/queue:Queue: {reason: A queue.}\n", REQUIRED)

    assert [line for line in found if line.startswith("weakens")] == [
        "weakens 1: resources.app-key.required is gone; it was Without it nothing can be read.",
        "weakens 2: types.aws:sqs/queue:Queue.reason: A queue.",
    ]


def test_a_file_that_is_gone_is_told_entry_by_entry_and_nothing_is_new_in_it():
    found = list(known_changes(FILE, parse(REQUIRED), Document(None, {})))

    assert {change.kind for change in found} == {"known entry removed"}
    assert [change.effect for change in found if ".required is gone" in change.text] == ["weakens"]
    assert {change.line for change in found} == {None}


def test_what_is_true_and_what_is_one_are_not_the_same():
    assert told("1", "true", "a: 1\n") == ["weakens 1: a: True; it was 1"]


def test_lists_that_have_nothing_in_common_and_are_endless_are_told_whole(monkeypatch):
    monkeypatch.setattr(module, "_MOST_PAIRS", 1)

    found = told(
        "a: [{x: 1, y: 1}, {x: 2, y: 2}]", "a: [{x: 1, y: 3}, {x: 2, y: 4}]", "a: [{x: 1, y: 1}, {x: 2, y: 2}]\n"
    )

    assert found == [
        "weakens 1: a[]: {x: 1; y: 3}",
        "weakens 1: a[]: {x: 2; y: 4}",
        "changes 1: a[] is gone; it was {x: 1; y: 1}",
        "changes 1: a[] is gone; it was {x: 2; y: 2}",
    ]
