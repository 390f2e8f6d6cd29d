from dataclasses import replace
from types import SimpleNamespace

import pytest

from program.report.check_formats import render
from program.report.content.values import by_value, shown, side_by_side, with_unit
from program.report.terminal import console as terminal_module
from tests.program.report.results import CLUSTER, clean, difference, finding, result, stack, violating


def last_line(checked, **options):
    return render("text", checked, **options).splitlines()[-1]


def words(checked, **options):
    return " ".join(render("text", checked, **options).split())


class Terminal:
    encoding = "utf-8"

    @staticmethod
    def isatty():
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(terminal_module, "sys", SimpleNamespace(stdout=Terminal()))
    return monkeypatch


@pytest.mark.usefixtures("terminal")
def test_a_terminal_gets_colours():
    assert "\x1b[1;31mFAILED" in render("text", violating())


def test_a_terminal_that_wants_no_colours_gets_none(terminal):
    terminal.setenv("NO_COLOR", "1")

    assert "\x1b[1;31m" not in render("text", violating())


def test_a_file_gets_no_colours():
    assert "\x1b" not in render("text", violating())


def test_a_value_cannot_speak_to_the_terminal():
    hostile = "\x1b[2Jgone\x07\n[bold]"
    report = render(
        "text",
        result(
            stack("dev", finding("rds-encrypted", hostile, kind=CLUSTER)),
            stack("prod"),
            differences=[difference("x", {"dev": hostile, "prod": "\x9b31m"})],
        ),
    )

    assert r"\x1b[2Jgone\x07\n[bold]" in report
    assert r"\x9b31m" in report


@pytest.mark.parametrize(
    ("checked", "verdict"),
    [
        (clean(), "PASSED  3 stacks match, except for 4 declared differences; no mandatory rule fails."),
        (result(stack("dev"), stack("prod")), "PASSED  2 stacks match; no mandatory rule fails."),
        (result(stack("dev")), "PASSED  1 stack checked, with no other to compare it with; no mandatory rule fails."),
        (result(), "PASSED  there are no stacks in this part, so nothing was checked."),
        (result(stack("dev", finding("rds-encrypted", "x"))), "FAILED  rds-encrypted: dev (stacks/Pulumi.dev.yaml:1)."),
        (
            violating(),
            "FAILED  rds-encrypted: database-cluster in prod, staging (program/service/components/database.py:7);"
            " 4 mandatory findings (dev, prod, staging); 3 undeclared differences; 1 stale declaration.",
        ),
    ],
    ids=["clean", "no differences", "one stack", "no stack", "one finding", "all"],
)
def test_the_last_line_is_the_verdict(checked, verdict):
    assert last_line(checked) == verdict


def test_the_first_failure_may_be_a_difference_or_a_declaration_that_nothing_needs():
    apart = result(stack("dev"), stack("prod"), differences=[difference("lambda.x", {"dev": 1, "prod": 2})])
    stale = result(stack("dev"), stack("prod"), stale=["a b: presence"])

    assert last_line(apart).startswith("FAILED  parity: configuration lambda.x differs (stacks/Pulumi.dev.yaml)")
    placed = replace(
        apart, stacks=tuple(replace(each, settings={"lambda.x": f"x/{each.stack}:7"}) for each in apart.stacks)
    )
    assert last_line(placed).startswith("FAILED  parity: configuration lambda.x differs (x/dev:7)")
    assert last_line(stale) == "FAILED  stale-difference: a b: presence (policies/environments.yaml)."


def test_quiet_is_the_verdict_and_what_is_to_be_fixed():
    assert render("text", clean(), detail="quiet").splitlines() == [last_line(clean())]
    assert render("text", violating(), detail="quiet").startswith("ADVICE sns-subscribed")


def test_verbose_lists_what_is_declared_and_accepted():
    report = render("text", clean(), detail="verbose")

    assert "1 accepted finding" in report
    assert "Only the functions' security groups reach it." in report
    assert "4 declared differences" in report


def test_of_many_stacks_only_those_with_something_wrong_have_a_row():
    names = [f"s{index}" for index in range(30)]
    fine = result(*map(stack, names))
    wrong = result(*(stack(name, finding("rds-encrypted", "x", stack=name, kind=CLUSTER)) for name in names))

    assert "30 stacks with nothing to report" in render("text", fine)
    assert len(render("text", fine).splitlines()) <= 12
    assert "and 22 more stacks with findings or differences" in render("text", wrong)


def test_what_is_known_only_later_and_bytes_are_told_in_words():
    values = {"dev": "${unknown}", "prod": "${secret}"}
    apart = result(stack("dev"), stack("prod"), differences=[difference("lambda.x", values)])

    assert "(known after deployment)" in words(apart)
    assert "(secret)" in words(apart)
    assert with_unit("alarm freeable-memory threshold", 429496729) == "429496729 (410 MiB)"
    assert with_unit("function memorySize", 1024) == 1024
    assert with_unit("memory", True) is True


def test_hashes_that_differ_without_a_difference_are_no_success():
    equal = result(stack("dev"), stack("prod"))
    comparison = type(equal.comparison)(
        baseline_hash={"dev": "a", "prod": "b"}, resources_hash={"dev": "c", "prod": "c"}, differences=(), stale=()
    )

    assert last_line(type(equal)(stacks=equal.stacks, comparison=comparison)) == "FAILED  the stacks' hashes differ."


def test_a_comparison_says_nothing_of_policies():
    assert "Policies" not in words(clean(), judged=False)
    assert last_line(clean(), judged=False) == "PASSED  3 stacks match, except for 4 declared differences."


def test_an_environment_is_named_where_the_stack_does_not_say_it():
    apart = result(stack("dev"), replace(stack("qa-north"), environment="qa"))

    assert "Environment" in render("text", apart).splitlines()[0]
    assert "Environment" not in render("text", clean())
    assert "Environment" not in render("text", violating()), "a stack that can't be read changes no column"


def test_the_stacks_of_a_project_are_compared_with_each_other_alone():
    checked = result(stack("dev"), stack("prod"), stack("network/dev"), stack("foundation/main"))

    rows = {line.split()[0]: line.split()[-1] for line in render("text", checked).splitlines() if line.strip()}
    assert (rows["dev"], rows["network/dev"], rows["foundation/main"]) == ("same", "alone", "alone")
    assert "4 stacks of 3 projects match" in words(checked)


def test_a_fault_in_all_of_many_stacks_is_said_once():
    names = [f"s{index}" for index in range(9)]
    checked = result(*(stack(name, finding("rds-encrypted", "x", stack=name, kind=CLUSTER)) for name in names))

    assert words(checked).count("database-cluster (all stacks)") == 1


def test_more_stacks_than_columns_are_put_together_by_their_value():
    names = [f"s{index}" for index in range(9)]
    values = {name: 7 if name == "s4" else 8 for name in names}
    checked = result(*map(stack, names), differences=[difference("lambda.timeout", values)])

    assert "8 s0, s1, s2, s3, s5, s6 and 2 more" in words(checked)
    assert "7 s4" in words(checked)


def test_a_stack_apart_from_the_others_is_named_in_its_row():
    checked = result(
        stack("dev"),
        stack("prod"),
        stack("staging"),
        differences=[difference("x", {"dev": 1, "prod": 2, "staging": 1})],
    )
    rows = {line.split()[0]: line.split()[-2:] for line in render("text", checked).splitlines()[2:5]}

    assert rows == {"dev": ["ok", "same"], "prod": ["1", "difference"], "staging": ["ok", "same"]}


def test_a_rule_without_paperwork_has_no_remedy():
    assert "fix:" not in words(result(stack("dev", finding("of-tomorrow", "no"))))


@pytest.mark.parametrize(
    ("value", "look"),
    [
        (None, "-"),
        ("-", '"-"'),
        ("", '""'),
        (1024, "1024"),
        ("1024", '"1024"'),
        (True, "true"),
        ("true", '"true"'),
        ("db.r6g.large", "db.r6g.large"),
        ({"b": 1, "a": [2]}, '{"a": [2], "b": 1}'),
    ],
)
def test_no_two_values_look_the_same(value, look):
    assert shown(value) == look


def test_of_long_values_the_part_that_differs_is_shown():
    values = {"dev": "https://host.us-east-1.example.com/path", "prod": "https://host.us-west-2.example.com/path"}

    assert side_by_side(values, 16) == {"dev": "…us-east-1…", "prod": "…us-west-2…"}


def test_of_long_values_that_differ_all_over_the_beginning_is_shown():
    assert side_by_side({"dev": "a" * 30, "prod": "b" * 30, "qa": None}, 10) == {
        "dev": "aaaaaaaaa…",
        "prod": "bbbbbbbbb…",
        "qa": "-",
    }


def test_one_long_value_is_cut_at_its_end():
    assert side_by_side({"dev": "x" * 30, "prod": None}, 10) == {"dev": "xxxxxxxxx…", "prod": "-"}


def test_stacks_with_one_value_stand_together_and_1_is_not_true():
    assert by_value({"a": 1, "b": True, "c": 1}, 10) == [("1", ["a", "c"]), ("true", ["b"])]


def test_a_rule_that_crashed_is_what_is_to_be_mended():
    report = words(result(stack("dev", finding("rds-encrypted", "the rule crashed", outcome="error"))))

    assert "fix: Mend the rule in policies/rules" in report
    assert "Set storage_encrypted=True" not in report


def test_what_is_said_of_the_same_places_names_them_once():
    said = ("one is missing", "another is missing", "a third is missing")
    checked = result(*(stack(name, *(finding("known-resources", text) for text in said)) for name in ("dev", "prod")))

    lines = [line.strip() for line in render("text", checked).splitlines()]

    assert sorted(said) == sorted(line for line in lines if line.endswith("is missing"))
    assert sum(line.startswith("stacks/Pulumi.dev.yaml:1") for line in lines) == 1


def test_stale_declarations_stand_under_their_type_each_with_its_line():
    alarm, topic = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topic:Topic"
    stale = (f"{alarm} a: presence", f"{alarm} b: property threshold", f"{topic} c: presence")
    checked = result(stack("dev"), stack("prod"), stale=stale)

    lines = [line.strip() for line in render("text", checked).splitlines()]

    start = lines.index(alarm)
    assert [line.partition("  ")[2] or line for line in lines[start : start + 5]] == [
        alarm,
        "a: presence",
        "b: property threshold",
        topic,
        "c: presence",
    ]
