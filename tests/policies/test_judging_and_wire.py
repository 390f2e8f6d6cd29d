# ruff: noqa: E501  # whole messages, each on a line
"""One rule's outcome, to the wire and back."""

from collections.abc import Iterator

import pytest
from pulumi.runtime.proto import analyzer_pb2

from policies.context import Context
from policies.judging import NotApplicableError, judge_stack
from policies.rule import StackRule
from policies.view import Resource, StackView
from policies.wire import Outcome, UndecidedError, decode, line, one_line
from tests.policies.world import World, exempt, unknown

URN = "urn:pulumi:prod::parity::t::n"


def rule(judge: object) -> StackRule:
    words = {"title": "t", "why": "w", "fix": "f"}
    return StackRule(id="probe", types=("*",), judge=judge, **words)  # type: ignore[arg-type]


def run(judge: object, world: World | None = None) -> list[tuple[str, str | None]]:
    said: list[tuple[str, str | None]] = []
    chosen = world or World()
    view = StackView(resources=list(chosen.resources.values()))
    judge_stack(rule(judge), view, chosen.context(), lambda message, urn: said.append((message, urn)))
    return said


def test_a_crash_is_said_by_its_place_and_never_by_its_words():
    def judge(_stack: StackView, _context: Context) -> Iterator[tuple[Resource | None, str]]:
        yield None, "said before"
        raise ValueError("geheim")

    said = run(judge)

    assert said[0] == ("said before", None)
    assert said[1][0].startswith("error: the rule crashed with ValueError in test_judging_and_wire.py:")
    assert "geheim" not in said[1][0]


def test_what_was_found_before_an_unknown_value_is_kept():
    def judge(stack: StackView, _context: Context) -> Iterator[tuple[Resource | None, str]]:
        (cluster,) = stack.of("aws:rds/cluster:Cluster")
        yield cluster, "excused"
        yield None, "kept"
        cluster.get("port")

    world = World()
    unknown("database-cluster", "port")(world)
    exempt("probe", resource="database-cluster")(world)
    urn = world.resources["database-cluster"].urn

    with pytest.raises(UndecidedError) as undecided:
        run(judge, world)

    assert undecided.value.message.splitlines() == [
        f"undecided: port is not known before the deployment <{urn}>",
        f"exempt: A test asks for it. (team, until 2027-01-21): excused <{urn}>",
    ]


def test_what_is_exempt_is_a_reason_not_to_apply():
    def judge(_stack: StackView, _context: Context) -> Iterator[tuple[Resource | None, str]]:
        yield None, "excused"

    world = World()
    exempt("probe")(world)

    with pytest.raises(NotApplicableError, match=r"^exempt: A test asks for it"):
        run(judge, world)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("failed", "a  b\nc"), "a b c"),
        (("undecided", "a"), "undecided: a"),
        (("exempt", "a", URN), f"exempt: a <{URN}>"),
        (("failed", "a", URN), f"a <{URN}>"),
    ],
)
def test_an_outcome_is_one_line(given: tuple[str, ...], text: str):
    assert line(*given) == text  # type: ignore[arg-type]


def test_no_control_character_reaches_a_terminal():
    assert one_line("a\x1b[31m\u202eb\r\n") == "a [31m b"


def answer(message: str, urn: str = "", level: int = analyzer_pb2.MANDATORY) -> analyzer_pb2.AnalyzeResponse:
    diagnostic = analyzer_pb2.AnalyzeDiagnostic(
        policyName="probe", description="d", message=message, urn=urn, enforcementLevel=level
    )
    return analyzer_pb2.AnalyzeResponse(diagnostics=[diagnostic])


def outcome(kind: str, message: str, resource: str | None, level: str = "mandatory") -> Outcome:
    return Outcome(rule="probe", level=level, outcome=kind, resource=resource, message=message)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "decoded"),
    [
        (answer("d\nwrong"), [outcome("failed", "wrong", URN)]),
        (answer("d\nwrong", "urn:other", analyzer_pb2.ADVISORY), [outcome("failed", "wrong", "urn:other", "advisory")]),
        (answer("d\nwrong", level=analyzer_pb2.REMEDIATE), [outcome("failed", "wrong", URN)]),
        (answer("d\nerror: crashed"), [outcome("error", "crashed", URN)]),
        (
            answer("can't run policy 'probe' from policy pack 'x@v1' during preview: undecided: p <urn:pulumi:a>\nexempt: q"),
            [outcome("undecided", "p", "urn:pulumi:a"), outcome("exempt", "q", URN)],
        ),
    ],
)  # fmt: skip
def test_an_answer_is_decoded(given: analyzer_pb2.AnalyzeResponse, decoded: list[Outcome]):
    assert decode(given, URN) == decoded


def test_only_exempt_reasons_not_to_apply_are_outcomes():
    reasons = [
        analyzer_pb2.PolicyNotApplicable(policy_name="probe", reason="judges t"),
        analyzer_pb2.PolicyNotApplicable(policy_name="probe", reason=f"exempt: a <{URN}>\nexempt: b"),
    ]

    assert decode(analyzer_pb2.AnalyzeResponse(not_applicable=reasons), None) == [
        outcome("exempt", "a", URN, "advisory"),
        outcome("exempt", "b", None, "advisory"),
    ]
