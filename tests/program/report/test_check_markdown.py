from itertools import groupby

import pytest

from program.report.check_formats import render
from program.report.markdown.markup import code, escaped
from tests.program.report.results import CLUSTER, clean, difference, finding, result, stack, violating


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("snake_case stays as it is", "snake_case stays as it is"),
        ("_emphasis_ and *more*", r"\_emphasis\_ and \*more\*"),
        ("a|b", r"a\|b"),
        ("`code`", r"\`code\`"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("[link](x)", r"\[link\](x)"),
        ("ask @octocat about #12", "ask @&#8203;octocat about #&#8203;12"),
        ("two\nlines", r"two\\nlines"),
    ],
    ids=["plain", "emphasis", "cell", "code", "html", "link", "mention", "lines"],
)
def test_running_text_becomes_no_markup(text, harmless):
    assert escaped(text) == harmless


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("@octocat <b> *x*", "`@octocat <b> *x*`"),
        ("a`b", "<code>a&#96;b</code>"),
        ("a|b", "<code>a&#124;b</code>"),
        ("a\nb", "<code>a&#92;nb</code>"),
    ],
    ids=["span", "backtick", "cell", "lines"],
)
def test_code_stays_code_whatever_is_in_it(text, span):
    assert code(text) == span


def tables(report):
    """The number of cells in each row, by table."""
    lines = [line.replace(r"\|", "").count("|") if line.startswith("|") else 0 for line in report.splitlines()]
    return [list(cells) for is_row, cells in groupby(lines, bool) if is_row]


@pytest.mark.parametrize(("checked", "count"), [(clean(), 2), (violating(), 3)], ids=["clean", "violating"])
def test_every_row_of_a_table_has_as_many_cells_as_its_header(checked, count):
    found = tables(render("markdown", checked))

    assert [len(set(widths)) for widths in found] == [1] * count


def test_the_verdict_comes_first():
    assert render("markdown", violating()).startswith(
        "### ❌ Failed: 4 mandatory findings (dev, prod, staging); 3 undeclared differences; 1 stale declaration\n"
    )


def test_a_comparison_says_nothing_of_policies():
    report = render("markdown", clean(), judged=False)

    assert "Policies" not in report
    assert "every mandatory rule" not in report


def test_an_environment_is_named_where_the_stack_does_not_say_it():
    blue = stack("blue")
    report = render("markdown", result(type(blue)(**{**fields(blue), "environment": "prod"})))

    assert "| ✅ | **blue** | prod |" in report


def fields(item):
    return {name: getattr(item, name) for name in type(item).__slots__}


def test_one_advice_is_one_and_an_exemption_without_a_reason_stands_as_it_is():
    found = [
        finding("sns-subscribed", "has none", level="advisory"),
        finding("rds-encrypted", "plain words", kind=CLUSTER, outcome="exempt"),
    ]
    report = render("markdown", result(stack("dev", *found)))

    assert "<summary>1 finding that advises only</summary>" in report
    assert "in dev (`program/service/components/database.py:102`): plain words." in report


def test_more_stacks_than_columns_are_put_together_by_their_value():
    names = [f"s{index}" for index in range(9)]
    values = {name: "odd" if name == "s4" else None for name in names}
    checked = result(*map(stack, names), differences=[difference("lambda.timeout", values)])

    assert "| -: s0, s1, s2, s3, s5, s6 and 2 more<br>`odd`: s4 | `stacks/Pulumi.s4.yaml` |" in render(
        "markdown", checked
    )


def test_a_rule_without_paperwork_still_speaks():
    assert "- **`of-tomorrow`**: of-tomorrow\n  - dev (`stacks/Pulumi.dev.yaml:1`): no" in render(
        "markdown", result(stack("dev", finding("of-tomorrow", "no")))
    )
