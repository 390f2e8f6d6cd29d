"""Whatever the records hold, the report is harmless, fits, and reads back as the same summary."""

import html
import json
import re
import sys
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from program.report.content.assembly import assemble
from program.report.issue.body import body, title
from program.report.issue.marker import fingerprint_of
from program.report.issue.marker import parse as parse_marker
from program.report.issue.notes import note, overflow_body
from program.report.issue.states import Step
from program.report.machine.annotations import of_report as annotations
from program.report.machine.sarif import of_report as sarif
from program.report.markdown.fitting import COMMENT_BYTES, SUMMARY_BYTES, size
from program.report.markdown.markup import escaped
from program.report.markdown.words import html as in_a_tag
from program.report.markdown.words import sentence
from program.report.pull_request.figures import marker, parse, summarise
from program.report.pull_request.head import head, within
from program.report.pull_request.report import for_comment, for_summary
from tests.program.report.hostile import drifts, names, records, texts
from tests.program.report.samples import clean, failing_by_policy, many

GITHUB_CHARACTERS = 65_536
# Each example is many texts.
_FEWER = settings(max_examples=20)
reports = st.builds(
    lambda found, expected, notes: assemble(clean(), found, expected=expected, notes=notes),
    records,
    st.lists(names, max_size=2),
    st.lists(texts, max_size=2),
)


@_FEWER
@given(reports)
def test_what_is_rendered_is_read_back_as_the_same_summary(report):
    wanted = within(summarise(report), COMMENT_BYTES)

    assert parse(marker(wanted)) == wanted
    assert parse(for_comment(report)) == within(summarise(report), int(COMMENT_BYTES * 0.7))


@_FEWER
@given(reports)
def test_a_report_fits_whatever_is_in_it(report):
    comment, summary = for_comment(report), for_summary(report)

    assert size(comment) <= COMMENT_BYTES < GITHUB_CHARACTERS
    assert size(summary) <= SUMMARY_BYTES < 1024 * 1024


@_FEWER
@given(reports, st.integers(15_000, 30_000))
def test_the_head_keeps_within_its_share(report, limit):
    assert size(head(within(summarise(report), limit))) <= limit


def outside_code(text):
    """The rendered page without code, comments and the tags of ours: what GitHub looks through for mentions."""
    page = MarkdownIt("gfm-like", {"linkify": False}).enable("table").render(text)
    page = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    return re.sub(r"<(pre|code)\b.*?</\1>", "", page, flags=re.DOTALL)


# What GitHub makes a link of, wherever it stands outside of code (GFM, 6.9).
AUTOLINK = re.compile(r"(https?|ftp)://\w|(?<!\w)www\.\w|[\w.+-]+@\w", re.IGNORECASE)
OURS = {"h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "b", "strong", "em", "ul",
        "li", "a", "br", "sub"}  # fmt: skip


@_FEWER
@given(reports)
def test_nothing_in_the_records_becomes_markup_or_a_mention(report):
    is_harmless(outside_code(for_comment(report)))


@_FEWER
@given(drifts)
def test_nothing_in_a_drift_issue_becomes_markup_or_a_mention(record):
    is_harmless(outside_code(body(record, "https://github.example/r/1")))
    for step in get_args(Step):
        is_harmless(outside_code(note(step, record.stack, record, None) or ""))
    is_harmless(outside_code(note("tell-removed", record.stack, None, None)))
    is_harmless(outside_code(overflow_body([record], "f" * 64, None)))


@_FEWER
@given(reports)
def test_every_line_of_the_annotations_is_a_command_of_ours(report):
    for line in annotations(report).removesuffix("\n").split("\n"):
        assert line.startswith(("::error ", "::warning ", "::notice "))
        assert line.isprintable()


@_FEWER
@given(reports)
def test_the_sarif_is_json_whatever_is_in_it(report):
    assert json.loads(sarif(report))["version"] == "2.1.0"


def is_harmless(page):
    assert set(re.findall(r"</?([a-zA-Z][a-z0-9]*)", page)) <= OURS
    assert not re.search(r"[@#]\w", re.sub(r"&#\w+;|<[^>]*>", "", page))
    assert not re.search(r"GH-\d", page)
    assert not re.search(r'href="(?!https://github\.example)', page)
    text = html.unescape(re.sub(r"<[^>]*>", "\n", page))
    assert not AUTOLINK.search(text), "GitHub makes a link of it: let it pass through markup.unlinked"
    assert len(re.findall(r"<details( open)?>", page)) == page.count("</details>")


@_FEWER
@given(reports)
def test_no_control_character_and_no_change_of_direction_is_left(report):
    for letter in for_comment(report):
        assert letter == "\n" or letter.isprintable() or letter == "\ufe0f", hex(ord(letter))


@_FEWER
@given(drifts, st.one_of(st.none(), st.just("https://github.example/r/1")))
def test_a_drift_issue_fits_and_is_known_again(record, run):
    text = body(record, run)

    assert size(text) <= COMMENT_BYTES
    assert len(title(record)) <= 256
    assert title(record).isprintable()
    assert parse_marker(text) == (record.stack, fingerprint_of(record))


def test_two_hundred_stacks_of_sixty_changes_fit(capsys):
    report = many(200, 60)
    comment, summary = for_comment(report), for_summary(report)

    with capsys.disabled():
        sys.stdout.write(f" (comment {size(comment):,} bytes, summary {size(summary):,}) ")
    assert size(comment) <= COMMENT_BYTES
    assert size(summary) <= SUMMARY_BYTES
    assert len(parse(comment).rows) == 200
    assert "Left out, as GitHub takes no more: " in comment


def test_a_thousand_stacks_fit_the_worst_of_them_first():
    comment = for_comment(many(1000, 1))
    read = parse(comment)

    assert size(comment) <= COMMENT_BYTES
    assert len(read.rows) + read.more == 1000
    assert read.more > 0
    assert f"*and {read.more} more stacks*" in comment


def test_the_least_important_is_left_out_first():
    from program.report.markdown.fitting import fitted
    from program.report.pull_request.report import sections_of

    report = failing_by_policy()
    summary = summarise(report)
    whole = for_comment(report)
    headings = re.findall(r"(?m)^(?:####|<details><summary>).*", whole)
    for limit in range(3_500, 7_000, 250):
        sections = [section for section in sections_of(report, summary, None) if section.items]
        cut = fitted(head(summary), sections, limit=limit, run=report.run)
        kept = re.findall(r"(?m)^(?:####|<details><summary>).*", cut)
        assert kept == headings[: len(kept)]
        assert size(cut) <= limit


@pytest.mark.parametrize("shown", [escaped, sentence, in_a_tag], ids=["text", "a sentence", "a tag"])
@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("see https://evil.example/x?a=b", "see https:\u200b//evil.example/x?a=b"),
        ("HTTP://evil.example", "HTTP:\u200b//evil.example"),
        ("(www.evil.example)", "(www\u200b.evil.example)"),
        ("me@evil.example", "me@\u200bevil.example"),
        ("program/service/stack.py:3", "program/service/stack.py:3"),
    ],
)
def test_an_address_in_a_message_looks_the_same_and_is_no_link(shown, text, seen):
    page = html.unescape(MarkdownIt("gfm-like", {"linkify": False}).render(shown(text)))

    assert re.sub(r"</?p>|\n", "", page) == seen
    assert not AUTOLINK.search(page)
