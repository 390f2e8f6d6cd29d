"""Hear a judge out, and show nothing that it could not say without knowing a secret.

A judge is heard on the real values, so that secrets are judged like anything else. Where something is wrong and there
are secrets, it is heard again without them: what it says both times depends on no secret and is shown as it is, the
rest is replaced. So no message holds a secret, or anything made from one, whatever a rule does with what it reads.

Copies that nothing marks (a name that is secret, and stands in an ARN) are known by their text where they are shown
letter by letter. That something is wrong is still said, which tells as much of the secret as the rule asks. Nothing
is known of a secret that neither the program nor a provider marked.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from policies.rule import Said
from policies.view import Resource, StackView, Undecided

_Subject = TypeVar("_Subject", Resource, StackView)


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that a judge said, of the resource with the URN and the logical name, or of the whole stack."""

    kind: Literal["failed", "undecided", "error"]
    text: str
    urn: str = ""
    name: str = ""


def redacted_words(judge: Callable[[_Subject], Said], subject: _Subject) -> list[Word]:
    """Return what the judge says of the subject, without its secrets."""
    words = _hear(judge(subject))
    secrets = subject.secrets if words else {}
    if not secrets:
        return words
    unseen = set(_hear(judge(subject.without(secrets))))

    def causes(word: Word) -> list[str]:
        """Return the secrets of the word's resource without which it is not said."""
        paths = sorted(secrets.get(word.urn, ()))
        return [path for path in paths if word not in _hear(judge(subject.without({word.urn: [path]})))]

    texts = [text.casefold() for text in subject.secret_texts]
    shown = [
        _without_copies(word, texts) if word in unseen or word.kind == "error" else _concealed(word, causes(word))
        for word in words
    ]
    return list(dict.fromkeys(shown))


def _hear(said: Said) -> list[Word]:
    words: list[Word] = []
    try:
        words.extend(map(_word, said))
    except Undecided as reading:
        words.append(_word(reading))
    except Exception as error:  # noqa: BLE001  # whatever one rule does wrong, the others still judge
        words.append(Word("error", f"the rule crashed with {type(error).__name__} in {_where(error)}"))
    return words


def _word(said: tuple[Resource | None, str] | Undecided) -> Word:
    if isinstance(said, Undecided):
        return Word("undecided", f"{said} is not known before the deployment", said.urn)
    resource, message = said
    return Word("failed", message) if resource is None else Word("failed", message, resource.urn, resource.name)


def _without_copies(word: Word, texts: Sequence[str]) -> Word:
    if not any(text in word.text.casefold() for text in texts):
        return word
    return replace(word, text="what is wrong can't be said without a secret value, and is not shown")


def _concealed(word: Word, causes: Sequence[str]) -> Word:
    if word.kind == "undecided":
        return replace(word, text="a part of a secret value is not known before the deployment")
    where = f": {', '.join(causes)}" if causes else ""
    return replace(word, text=f"a secret value breaks the rule and is not shown{where}")


def _where(error: Exception) -> str:
    """Return the file and line of the crash, never a value."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
