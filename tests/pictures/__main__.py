"""Pictures of what people see, for a person to look at: `make pictures` writes them to build/pictures."""

import json
import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import browser, chromium
from tests.pictures import readme
from tests.pictures.page import page_of
from tests.pictures.scenes import PAGE, SCENES, whole_page

FOLDER = Path(__file__).resolve().parents[2] / "build" / "pictures"
WIDTHS = {"desktop": 880, "phone": 390}


def of_the_readme(page, file):
    """Take the README's pictures anew, and note what they were taken of."""
    readme.FOLDER.mkdir(exist_ok=True)
    readme.FAILING.write_text(readme.failing_check(), encoding="utf-8")
    text = readme.report_page()
    file.write_text(text, encoding="utf-8")
    page.open(file, WIDTHS["desktop"], height=100)
    readme.REPORT.write_bytes(page.picture())
    noted = json.dumps({readme.REPORT.name: readme.digest(text)}, indent=2)
    readme.SOURCES.write_text(f"{noted}\n", encoding="utf-8")
    print(readme.FOLDER.relative_to(FOLDER.parents[1]))


def main(names):
    if chromium() is None:
        sys.exit("error: Chromium is not on PATH; install Debian's package chromium, then run make pictures again")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as running, tempfile.TemporaryDirectory() as scratch:
        page = running.page()
        for name in [] if names == ["readme"] else names or [*SCENES, PAGE]:
            file = Path(scratch) / "page.html"
            file.write_text(whole_page() if name == PAGE else page_of(SCENES[name]()), encoding="utf-8")
            for device, width in WIDTHS.items():
                page.open(file, width)
                picture = FOLDER / f"{name}-{device}.png"
                picture.write_bytes(page.picture())
                print(picture.relative_to(FOLDER.parents[1]))
        if not names or names == ["readme"]:
            of_the_readme(page, Path(scratch) / "page.html")


main(sys.argv[1:])
