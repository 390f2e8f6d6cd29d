"""What fits where, as a browser lays it out: nothing is cut in a comment, and a phone shows what to do first."""

import pytest

from tests.browser.chromium import browser, chromium
from tests.pictures.page import page_of
from tests.pictures.scenes import SCENES

pytestmark = pytest.mark.skipif(
    chromium() is None,
    reason="Chromium is not on PATH (Debian's package chromium): nothing lays a page out",
)
DESKTOP, PHONE = 880, 390
PHONE_SCREEN = 844
DESKTOP_SCREEN = 900
# What a reader has to see first: the last element of what to do, by the words that it begins with.
FIRST = {
    "database-replaced": "Keep it:",
    "policy-failure": "Fix:",
    "undeclared-difference": "Fix:",
    "could-not-run": "not YAML",
    "unknown-policy": "Next:",
    "guard-weakened": "Decide:",
}
_CUT = """[...document.querySelectorAll("table, h3, h4")].filter(each => each.scrollWidth > each.clientWidth + 1)
  .map(each => each.textContent.trim().slice(0, 80))"""
_BOTTOM = """(words => Math.max(0, ...[...document.querySelectorAll("p, li")]
  .filter(each => each.textContent.includes(words)).map(each => each.getBoundingClientRect().bottom)))"""


@pytest.fixture(scope="module")
def page():
    with browser() as running:
        yield running.page()


@pytest.fixture
def shown(page, tmp_path):
    def show(name, width, *, unfold=False):
        file = tmp_path / "page.html"
        file.write_text(page_of(SCENES[name](), unfold=unfold), encoding="utf-8")
        page.open(file, width)
        return page

    return show


@pytest.mark.parametrize("name", sorted(SCENES))
def test_no_column_is_cut_at_the_width_of_a_comment(shown, name):
    assert shown(name, DESKTOP, unfold=True).evaluate(_CUT) == [], "shorten what stands in the table"


@pytest.mark.parametrize("name", sorted(FIRST))
def test_a_phone_shows_the_title_why_and_what_to_do_on_its_first_screen(shown, name):
    bottom = shown(name, PHONE).evaluate(f"{_BOTTOM}({FIRST[name]!r})")

    assert 0 < bottom <= PHONE_SCREEN, f"{FIRST[name]!r} stands too low: put it above what a reviewer needs later"


def test_two_hundred_stacks_fit_two_screens(shown):
    assert shown("two-hundred-stacks", DESKTOP).evaluate("document.documentElement.scrollHeight") <= 2 * DESKTOP_SCREEN


def test_a_page_that_is_cut_is_seen_to_be(page, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(page_of(f"| a |\n|---|\n| `{'x' * 300}` |\n"), encoding="utf-8")
    page.open(file, DESKTOP)

    assert page.evaluate(_CUT) != [], "the measure measures nothing"
