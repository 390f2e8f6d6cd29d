"""Who owns a file by CODEOWNERS, as far as the project uses its patterns: the last line that fits counts."""

import re


def owner_of(path, text):
    """Return the owners of the file, none where no line fits."""
    owners = ()
    for line in text.splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        if pattern and fits(pattern, path):
            owners = tuple(names)
    return owners


def fits(pattern, path):
    """Tell whether the pattern is of the file: `*` alone is of every one, any other begins at the root."""
    if pattern == "*":
        return True
    if not pattern.startswith("/") or "**" in pattern:
        raise ValueError(f"CODEOWNERS: {pattern}: write it from the root on (/{pattern}), and without **")
    expression = "[^/]*".join(re.escape(part) for part in pattern[1:].split("*"))
    # A folder owns all that is in it; GitHub takes a file's pattern for a folder's too.
    return re.fullmatch(expression + ("" if pattern.endswith("/") else "/") + ".+", path) is not None or (
        re.fullmatch(expression, path) is not None
    )
