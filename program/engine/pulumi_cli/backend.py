"""A backend's address as it may be shown: no user, no password, and of its options only those that can't be one."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from program.errors import CouldNotRunError

BACKEND_VARIABLE = "PULUMI_BACKEND_URL"
HIDDEN = "[hidden]"
# Options that say where the states are and how they are reached; any other may be a password.
_HARMLESS = frozenset(
    {
        *("accelerate", "anonymous", "awssdk", "create_dir", "disable_https", "dualstack", "fips"),
        *("hostname_immutable", "no_tmp_dir", "profile", "region", "s3ForcePathStyle", "sslmode", "storage_account"),
        *("table", "use_path_style"),
    }
)
# Who signs in: not shown, and no secret that could be told from other words.
_WHO = frozenset({"access_id", "user", "username"})
# An address of its own.
_ENDPOINT = "endpoint"
# A shorter text stands in many words by chance.
_LEAST_LENGTH = 4


def shown(address: str) -> str:
    """Return the address as it may be shown; raise CouldNotRunError, without it, for a text that is none."""
    parts = _split(address)
    options = "&".join(sorted(f"{key}={_option(key, value)}" for key, value in _options(parts.query)))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, options, ""))


def concealed(text: str, address: str) -> str:
    """Return the text, in which the address is as it may be shown, and no password of it stands alone."""
    if address not in ("", shown(address)):
        text = text.replace(address, shown(address))
    for secret in sorted(_secrets(address), key=len, reverse=True):
        # As a word of its own: a user named `parity` is in the name of every resource.
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)
    return text


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        # Whose text can have the password in it.
        raise CouldNotRunError(
            f"{BACKEND_VARIABLE} is no address; give one such as s3://bucket or file:///folder, or none"
        ) from None


def _options(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _option(key: str, value: str) -> str:
    if key == _ENDPOINT:
        return shown(value)
    return value if key in _HARMLESS else HIDDEN


def _secrets(address: str) -> set[str]:
    parts = _split(address)
    user, _, host = parts.netloc.rpartition("@")
    found = {parts.query} if any(_option(key, value) == HIDDEN for key, value in _options(parts.query)) else set()
    for text in (user, user.partition(":")[2]) if host and ":" in user else ():
        found |= {text, unquote(text)}
    for key, value in _options(parts.query):
        if key == _ENDPOINT:
            found |= _secrets(value)
        elif key not in _HARMLESS | _WHO:
            found.add(value)
            # As it stands in the address, too.
            found |= {raw.partition("=")[2] for raw in parts.query.split("&") if raw.startswith(f"{key}=")}
    return {text for text in found if len(text) >= _LEAST_LENGTH}
