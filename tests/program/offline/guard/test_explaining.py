"""What would fail on the base is paired with the change that lets it pass; what nothing explains blocks."""

from policies.limits import Difference as Declared
from program.manifest.differences import Comparison, Difference
from program.offline.guard.change import GuardChange, first_difference
from program.offline.guard.explaining import explained
from program.offline.guard.joining import joined
from program.offline.guard.result import Guarded
from program.offline.result import CheckResult, Finding, StackResult

LIMITS = "policies/environments.yaml"
NOTHING = Comparison(baseline_hash={}, resources_hash={}, differences=(), stale=())
DIFFERENCE = Difference(resource="aws:x::app", property="size", values={"dev": 1, "prod": 2}, declared=False)


def finding(rule, message="is wrong", resource=None):
    return Finding(rule=rule, level="mandatory", outcome="failed", resource=resource, message=message, source=None)


def result(*findings, comparison=NOTHING, guarded=None):
    stack = StackResult(
        stack="prod", environment="prod", region="us-east-1", manifest=None, resources=(), findings=findings
    )
    return CheckResult(stacks=(stack,), comparison=comparison, guarded=guarded)


def change(kind, text="", file=LIMITS, effect="weakens", **more):
    return GuardChange(effect=effect, kind=kind, file=file, line=1, text=text, **more)


def fails(strict, lenient, *changes, declared=()):
    told, left = explained(strict, lenient, changes, declared)
    return [each.fails for each in told], [each.rule for each in left.stacks[0].findings]


def test_what_fails_by_both_blocks():
    both = result(finding("kms-rotation"))

    assert fails(both, both, change("limit widened", limits=("lambda_memory",))) == ([()], ["kms-rotation"])


def test_what_the_heads_data_let_pass_is_explained_by_what_names_its_rule():
    of_rule = change("accepted finding added", rules=("kms-rotation",))
    other = change("limit widened", limits=("lambda_memory",))

    explained_by, left = fails(result(finding("kms-rotation", resource="u::key")), result(), other, of_rule)

    assert (explained_by, left) == ([(), ("kms-rotation: key in prod: is wrong",)], [])


def test_else_by_the_limits_that_the_rule_judges_by():
    right = change("limit widened", limits=("log_retention_days",))

    assert fails(result(finding("log-retention")), result(), change("limit widened"), right)[0][1]


def test_a_setting_is_explained_by_its_own_limit_or_declaration():
    message = "parity:lambdaMemory is 8192; prod allows 4096"
    right, wrong = (change("limit widened", limits=(name,)) for name in ("lambda_memory", "lambda_cpu"))
    setting = change("setting added", "setting queueTries is new", "Pulumi.yaml", "changes")

    assert fails(result(finding("stack-settings", message)), result(), wrong, right)[0] == [
        (),
        (f"stack-settings: prod: {message}",),
    ]
    unknown = finding("stack-settings", "unknown key 'parity:queueTries'")
    assert fails(result(unknown), result(), wrong, setting)[0][1]


def test_else_by_what_is_known_anew_or_by_all_that_lets_pass_more():
    known = change("known entry", file="policies/known/service/sqs.yaml")
    wide, narrow = change("limit widened"), change("limit narrowed", effect="narrows")

    assert fails(result(finding("known-types")), result(), known, wide)[0] == [("known-types: prod: is wrong",), ()]
    assert fails(result(finding("x")), result(), wide, narrow) == ([(), ()], ["x"]), "what nothing explains blocks"


def test_what_is_known_explains_what_it_is_about_alone():
    urn = "urn:pulumi:prod::parity::tap:stack:TapStack$aws:kms/key:Key::tap-key"
    found = finding("known-grants", resource=urn)
    right = change("known entry removed", "types.aws:kms/key:Key.x", "policies/known/service/kms.yaml", "changes")
    other = change("known entry", "types.aws:sns/topic:Topic.x", "policies/known/service/sns.yaml")

    assert fails(result(found), result(), other, right)[0] == [(), ("known-grants: tap-key in prod: is wrong",)]
    assert fails(result(found), result(), other) == ([()], ["known-grants"])


def test_a_difference_that_no_listed_change_covers_stays_undeclared():
    strict = result(comparison=Comparison(baseline_hash={}, resources_hash={}, differences=(DIFFERENCE,), stale=()))

    _, left = explained(strict, result(), (), ())

    assert left.comparison.differences == (DIFFERENCE,)


def test_a_rule_that_is_changed_explains_its_own_failure():
    both = result(finding("kms-rotation"), finding("rds-encrypted"))
    removed = change("rule removed", "rule kms-rotation is gone", "policies/rules/kms.py", rules=("kms-rotation",))

    assert fails(both, both, removed) == ([("kms-rotation: prod: is wrong",)], ["rds-encrypted"])


def test_a_setting_that_is_gone_explains_that_the_base_misses_it():
    both = result(finding("stack-settings", "parity:lambdaCpu is missing"))
    gone = change("setting removed", "setting lambdaCpu is gone", "Pulumi.yaml", "changes")
    other = change("setting removed", "setting egress is gone", "Pulumi.yaml", "changes")

    assert fails(both, both, other, gone)[0] == [(), ("stack-settings: prod: parity:lambdaCpu is missing",)]


def test_a_difference_is_explained_by_the_declaration_that_covers_it():
    strict = result(comparison=Comparison(baseline_hash={}, resources_hash={}, differences=(DIFFERENCE,), stale=()))
    declared = Declared(type="aws:x", name="app", property="size", reason="It is larger there.")
    right = change("declared difference added", "aws:x app size; It is larger there.")
    other = change("scaling path added", "lambda.memory; Load.")

    assert fails(strict, result(), other, right, declared=[declared])[0] == [(), ("app size differs",)]
    assert fails(strict, result(), other)[0] == [("app size differs",)]


def test_a_configurations_difference_is_explained_by_its_path():
    difference = Difference(resource="configuration", property="a.b", values={"dev": 1, "prod": 2}, declared=False)
    strict = result(comparison=Comparison(baseline_hash={}, resources_hash={}, differences=(difference,), stale=()))
    right, other = (change("scaling path added", f"{path}; Load.") for path in ("a.b", "a.c"))

    assert fails(strict, result(), other, right)[0] == [(), ("configuration a.b differs",)]


class TestJoined:
    """A change's own check, and the judgement of its base."""

    guarded = Guarded(base="b" * 40, changes=(), declared=(), problems=())

    def test_what_either_stops_is_stopped_once(self):
        own = result(finding("a"), finding("b"))
        judged = result(finding("b"), finding("c"), guarded=self.guarded)

        both = joined(own, judged)

        assert [each.message for each in both.stacks[0].findings] == [
            "is wrong",
            "is wrong",
            "is wrong (by the guard of the base)",
        ]
        assert [each.rule for each in both.stacks[0].findings] == ["a", "b", "c"]
        assert both.guarded is self.guarded

    def test_stacks_that_differ_for_the_base_differ(self):
        apart = Comparison(baseline_hash={}, resources_hash={}, differences=(DIFFERENCE,), stale=())

        assert joined(result(), result(comparison=apart)).comparison is apart
        assert joined(result(comparison=apart), result()).comparison is apart

    def test_a_stack_that_the_base_did_not_judge_stays(self):
        own = result(finding("a"))

        assert joined(own, CheckResult(stacks=(), comparison=NOTHING)).stacks == own.stacks


def test_the_first_line_that_differs_is_found():
    assert first_difference("a\nb\n", "a\nc\n") == 2
    assert first_difference("a\nb\n", "a\n") == 1
    assert first_difference("a\n", "") == 1
    assert first_difference("a\n", "a\n") is None
