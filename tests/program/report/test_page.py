"""The page in a real browser: it filters, asks for nothing, and says nothing on the console; no name is more."""

import dataclasses
import re

import pytest
from hypothesis import given, settings

from program.report.content.architecture import architecture
from program.report.page.data import page_data
from program.report.page.render import render
from tests.browser.chromium import browser, chromium
from tests.program.report.hostile import texts
from tests.program.report.results import CLUSTER, FUNCTION, finding, resource, result
from tests.program.report.samples import (
    REPORTS,
    RUN,
    assemble,
    change,
    checked_stack,
    clean,
    drift,
    failing_by_policy,
    many,
    preview,
    prop,
)

in_a_browser = pytest.mark.skipif(chromium() is None, reason="Chromium is not on PATH (Debian's package chromium)")
HOSTILE = '"><script>window.hurt = 1</script><img src=x onerror="window.hurt=1"> https://evil.example www.evil.example'
MEMORY = change(FUNCTION, "update", prop("memorySize", 1024, 2048))
_SHOWN = "[...document.querySelectorAll('[data-row]')].filter(each => !each.hidden).length"
_TYPE = """(words => { const it = document.getElementById("search"); it.value = words;
  it.dispatchEvent(new Event("input")); })"""


@pytest.fixture(scope="module")
def page():
    with browser() as running:
        yield running.page()


@pytest.fixture
def shown(page, tmp_path):
    def show(text, width=1000):
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        page.console.clear()
        page.requests.clear()
        page.open(file, width)
        return page

    return show


@in_a_browser
@pytest.mark.parametrize("name", sorted(set(REPORTS) - {"many-stacks"}))
def test_no_page_complains_or_asks_for_anything(shown, name):
    opened = shown(render(REPORTS[name]()))
    opened.evaluate("1")

    assert opened.console == []
    assert [url for url in opened.requests if not url.startswith("file:")] == []


@in_a_browser
def test_the_filter_shows_what_is_asked_for(shown):
    opened = shown(render(failing_by_policy()))
    everything = opened.evaluate(_SHOWN)

    opened.evaluate(f"{_TYPE}('STORAGEencrypted database')")
    assert 0 < opened.evaluate(_SHOWN) < everything
    assert opened.evaluate("document.getElementById('told').textContent").startswith(f"{opened.evaluate(_SHOWN)} of ")
    opened.evaluate(f"{_TYPE}('')")
    opened.evaluate("document.getElementById('problems').click()")
    assert opened.evaluate("[...document.querySelectorAll('[data-row=fine]')].every(each => each.hidden)")
    assert opened.evaluate(_SHOWN) > 0


@in_a_browser
def test_a_keyboard_is_enough(shown):
    opened = shown(render(clean_report()))

    opened.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Skip to the content"
    opened.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))")
    assert opened.evaluate("document.activeElement.id") == "search"
    opened.evaluate(f"{_TYPE}('nothing is called so')")
    assert opened.evaluate(_SHOWN) == 0
    opened.press("Escape")
    assert opened.evaluate(_SHOWN) > 0


@in_a_browser
def test_a_screen_reader_is_told_what_things_are(shown):
    opened = shown(render(failing_by_policy()))

    assert opened.evaluate("[...document.querySelectorAll('input')].every(each => each.labels.length === 1)")
    assert opened.evaluate("[...document.querySelectorAll('th')].every(each => each.scope)")
    assert opened.evaluate("document.querySelector('h1 [role=img]').getAttribute('aria-label')") == "fails"
    assert opened.evaluate("document.documentElement.lang") == "en"
    links = "[...document.querySelectorAll('nav a, .skip')]"
    assert opened.evaluate(f"{links}.every(each => document.querySelector(each.getAttribute('href')))")


@in_a_browser
def test_a_dark_room_gets_a_dark_page(shown):
    opened = shown(render(clean_report()))
    ground = "getComputedStyle(document.body).backgroundColor"

    colours = []
    for scheme in ("light", "dark"):
        opened.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        colours.append(opened.evaluate(ground))
    opened.call("Emulation.setEmulatedMedia", features=[])
    assert colours == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


@in_a_browser
@pytest.mark.parametrize("width", [390, 1000])
def test_nothing_makes_the_page_itself_scroll_sideways(shown, width):
    opened = shown(render(failing_by_policy()), width)

    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


@in_a_browser
def test_what_a_stranger_writes_stays_text(shown):
    opened = shown(render(hostile_report()))

    assert opened.evaluate("window.hurt") is None
    assert opened.evaluate("document.querySelectorAll('img, main script').length") == 0
    addresses = opened.evaluate("[...document.querySelectorAll('a')].map(each => each.href)")
    assert [address for address in addresses if "evil" in address] == []
    assert opened.console == []


def clean_report():
    return assemble(clean(), [preview(name) for name in ("dev", "staging", "prod")], run=RUN)


def hostile_report():
    stack = checked_stack(HOSTILE, finding("rds-encrypted", HOSTILE, stack="prod", kind=CLUSTER, source=HOSTILE))
    checked = result(dataclasses.replace(stack, environment=HOSTILE, region=HOSTILE))
    night = drift(HOSTILE, "drifted", MEMORY.model_copy(update={"name": HOSTILE})).model_copy(
        update={"commit": HOSTILE}
    )
    return assemble(checked, [night], expected=[HOSTILE], notes=[HOSTILE], problems=[HOSTILE])


def test_two_hundred_stacks_are_two_hundred_lines():
    page = page_data(many(200, 60), [])

    assert len(page.stacks) == 200
    assert len(render(many(200, 2))) < 1_000_000


def test_the_history_stands_with_the_newest_first_and_says_why_a_check_failed():
    failed = drift("prod", "check-failed", error="AccessDenied")
    nights = page_data(clean_report(), [drift("prod", "clean"), failed, drift("prod", "drifted", MEMORY)]).nights

    assert [(night.verdict, night.changed, night.wrong) for night in nights] == [
        ("drifted", "lambda-app-function", True),
        ("check-failed", "AccessDenied", True),
        ("clean", "-", False),
    ]


def test_nights_with_a_time_stand_by_it_however_they_were_given():
    times = ["2026-11-25 03:00 UTC", "2026-11-26 03:00 UTC", "2026-11-24 03:00 UTC"]
    nights = page_data(clean_report(), [drift("prod", "clean", checked_at=when) for when in times]).nights

    assert [night.when for night in nights] == sorted(times, reverse=True)
    assert times[1] in render(clean_report(), [drift("prod", "clean", checked_at=times[1])])


def test_the_controls_are_counted_by_framework():
    frameworks = page_data(clean_report(), []).frameworks

    assert "3.5.1" in next(each for each in frameworks if each.title.startswith("PCI DSS")).supported
    assert any(each.gaps for each in frameworks)


def test_of_references_that_can_not_be_read_nothing_is_said(monkeypatch):
    from policies.schema import ReviewedFileError

    def broken():
        raise ReviewedFileError(["references.yaml:1: not YAML"])

    monkeypatch.setattr("program.report.page.data.load_references", broken)

    assert page_data(clean_report(), []).frameworks == ()


def test_a_page_without_a_run_names_the_commit_that_the_records_name():
    report = assemble(clean(), [preview("prod")], expected=["prod"])

    assert page_data(report, []).commit.text == "0c5f8d1e2a"
    assert page_data(assemble(clean(), []), []).commit is None


def test_components_use_each_other_as_their_resources_do():
    stack = checked_stack("prod")
    cluster, function = resource("prod", CLUSTER), resource("prod", FUNCTION)
    uses = dataclasses.replace(function, dependencies=(cluster.urn, "urn:of:nothing"))
    alone = dataclasses.replace(
        cluster, urn="urn:pulumi:prod::parity::tap:stack:TapStack$aws:kms/key:Key::k", type="aws:kms/key:Key"
    )
    component = dataclasses.replace(cluster, urn="x", type="tap:components:Database")
    found = architecture([dataclasses.replace(stack, resources=(cluster, uses, alone, component))])

    assert [(part.name, part.count, part.services) for part in found.parts] == [
        ("Database", 1, ("rds",)),
        ("Lambda", 1, ("lambda",)),
        ("Stack", 1, ("kms",)),
    ]
    assert found.uses == (("Lambda", "Database"),)


def test_without_stacks_there_is_nothing_to_draw():
    page = render(assemble(result(), []))

    assert "No stack has recorded resources." in page
    assert "No drift check is in what this page was made from." in page


@settings(max_examples=30)
@given(texts)
def test_no_text_ends_what_it_stands_in(text):
    stack = checked_stack("dev", finding("rds-encrypted", text, kind=CLUSTER))
    page = render(assemble(result(stack), [], notes=[text]))

    assert page.count("<script") == 1
    assert page.count("<main") == 1
    assert not re.search(r"<(img|a) [^>]*evil", page)
