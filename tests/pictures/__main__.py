"""Pictures of what people see, for a person to look at: `make pictures` writes them to build/pictures."""

import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import browser, chromium
from tests.pictures.page import page_of
from tests.pictures.scenes import PAGE, SCENES, whole_page

FOLDER = Path(__file__).resolve().parents[2] / "build" / "pictures"
WIDTHS = {"desktop": 880, "phone": 390}


def main(names):
    if chromium() is None:
        sys.exit("error: Chromium is not on PATH; install Debian's package chromium, then run make pictures again")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as running, tempfile.TemporaryDirectory() as scratch:
        page = running.page()
        for name in names or [*SCENES, PAGE]:
            file = Path(scratch) / "page.html"
            file.write_text(whole_page() if name == PAGE else page_of(SCENES[name]()), encoding="utf-8")
            for device, width in WIDTHS.items():
                page.open(file, width)
                picture = FOLDER / f"{name}-{device}.png"
                picture.write_bytes(page.picture())
                print(picture.relative_to(FOLDER.parents[1]))


main(sys.argv[1:])
