"""How GitHub is spoken with, whatever is asked of it."""

from __future__ import annotations

from typing import Any

from github import Auth, Github

from program.github.context import Context
from program.github.patience import Patience

_TIMEOUT_SECONDS = 30


def connected(context: Context, patience: Patience | None = None, **options: Any) -> Github:
    """Return GitHub's API by the token's rights; `options` are PyGithub's own."""
    return Github(
        base_url=context.api_url.rstrip("/"),
        auth=Auth.Token(context.token),
        timeout=_TIMEOUT_SECONDS,
        retry=patience or Patience.usual(),
        user_agent="parity",
        **options,
    )
