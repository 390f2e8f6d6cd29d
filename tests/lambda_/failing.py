"""Rotate where it must fail, and see that the log tells the same as the error."""

from __future__ import annotations

import pytest

SENTINEL = "Sentinel-password-of-the-secret"


def failing(case, kind, document=None):
    """Rotate once, from that document; return the error's words."""
    if document is not None:
        case.vault.put_current(case.arn, document)
    error_type = getattr(case.root.failures, kind, None) or getattr(case.root.secure_postgres, kind)
    with pytest.raises(error_type) as caught:
        case.rotate(attempts=1)
    line = case.lines()[-1]
    assert (line["outcome"], line["message"]) == (caught.value.code, str(caught.value))
    assert SENTINEL not in case.log.getvalue()
    return str(caught.value)
