from itertools import groupby

import pytest

from program.report.check_formats import render
from program.report.markdown.markup import code, escaped
from tests.program.report.results import clean, difference, finding, result, stack, violating


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


@pytest.mark.parametrize(("checked", "count"), [(clean(), 1), (violating(), 2)], ids=["clean", "violating"])
def test_every_row_of_a_table_has_as_many_cells_as_its_header(checked, count):
    found = tables(render("markdown", checked))

    assert [len(set(widths)) for widths in found] == [1] * count


def test_the_worst_comes_first():
    assert render("markdown", violating()).startswith(
        "### ❌ rds-encrypted fails in staging, prod: the database's storage must be encrypted, and 5 more problems\n"
    )


def test_a_check_has_no_columns_of_changes():
    assert "| Stack | Result |\n" in render("markdown", clean())


def test_one_advice_is_one():
    advised = result(stack("dev", finding("sns-subscribed", "no one", level="advisory")))

    assert "<summary>1 advisory finding</summary>" in render("markdown", advised)


def test_more_stacks_than_columns_are_put_together_by_their_value():
    names = [f"s{index}" for index in range(9)]
    values = {name: "odd" if name == "s4" else None for name in names}
    checked = result(*map(stack, names), differences=[difference("lambda.x", values)])

    assert "| -: s0, s1, s2, s3, s5, s6 and 2 more<br>`odd`: s4 |" in render("markdown", checked)
    assert "| ✅ | **8 of 9 stacks** | checked |\n| ❌ | **s4** | checked, differs |" in render("markdown", checked)


def test_a_rule_without_paperwork_still_speaks():
    report = render("markdown", result(stack("dev", finding("of-tomorrow", "no"))))

    assert "- **`of-tomorrow`** · medium\n  - no\n    - dev · `stacks/Pulumi.dev.yaml:1`\n" in report


def test_without_the_policies_nothing_is_said_of_rules():
    assert "3 stacks match, except for 4 declared differences.\n" in render("markdown", clean(), judged=False)
