"""What a workflow leaves on GitHub, as files that a person can read, without what differs from run to run."""

import os
import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "golden" / "workflows"
_DIFFERS = (
    # What the machine reads again, in one line.
    (re.compile(r"<!-- parity:(\S+) .*? -->", re.DOTALL), r"<!-- parity:\1 ... -->"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "<commit>"),
    (re.compile(r"`[0-9a-f]{12}`"), "`<commit>`"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<sha256>"),
    (re.compile(r"`[0-9a-f]{10}`"), "`<hash>`"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    # What is folded away is long, and has tests of its own.
    (re.compile(r"(<details(?: open)?><summary>.*?</summary>).*?(</details>)", re.DOTALL), r"\1 ... \2"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "<time>"),
    (re.compile(r"--start-time \S+"), "--start-time <time>"),
    # The program's lines move with every change of it; where they are has tests of its own.
    (re.compile(r"(\.py)(:|#L)\d+"), r"\1\2<line>"),
    # The columns after the outcome have tests of their own too.
    (re.compile(r"^\|  \| Stack \|.*\n\|.*\n", re.MULTILINE), ""),
    (re.compile(r"^(\| \S+ \| \*\*.+?\*\* \| [^|]+\|).*$", re.MULTILINE), r"\1 ..."),
)


def check(name, text):
    """Compare the text with the golden file of the name, or write it anew with UPDATE_GOLDEN."""
    for pattern, replacement in _DIFFERS:
        text = pattern.sub(replacement, text)
    text = text.rstrip("\n") + "\n"
    file = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert file.read_text() == text, f"{file} says otherwise; run: make golden, then review the diff"
