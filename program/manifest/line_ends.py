"""One content, one hash: a text with the line ends of another system is refused, not hashed as another one."""

from __future__ import annotations

from program.errors import CouldNotRunError


def refuse_foreign(name: str, content: bytes) -> bytes:
    """Return the content; raise CouldNotRunError for text that has CRLF, which only git or an editor put there."""
    if b"\r\n" in content and b"\0" not in content:
        raise CouldNotRunError(
            f"{name} has the line ends of Windows (CRLF), so that its hash is another one than everywhere else; save "
            f"it with LF, or check it out anew: .gitattributes makes git write LF"
        )
    return content
