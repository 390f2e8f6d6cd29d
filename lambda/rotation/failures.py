"""The one family of expected failures of a rotation, each with the code that its log line carries; none holds a secret.

RotationError
├── ConfigError           the function is set up wrongly; a person must act
├── EventError            not a call that Secrets Manager makes for this secret
├── SecretFormatError     a version of the secret does not hold what it must
├── SecretMissingError    the secret is deleted, or about to be
├── RotationDisabledError
├── ConflictError         something else changed the secret meanwhile; Secrets Manager tries again
├── VaultError            Secrets Manager refused or did not answer
├── AuthFailedError       no known password opens the database
└── InternalError         a bug, told without its message, which might hold anything
"""

from __future__ import annotations

from typing import ClassVar


class RotationError(Exception):
    """A step that can't be done, and why."""

    code: ClassVar[str]


class ConfigError(RotationError):
    """The environment of the function, or what it may take over, is wrong."""

    code = "configuration"


class EventError(RotationError):
    """The event is not one of this secret's rotation."""

    code = "event"


class SecretFormatError(RotationError):
    """A version of the secret is not what it must be; the message names the key, never the value."""

    code = "secret-format"


class SecretMissingError(RotationError):
    """There is no secret to rotate."""

    code = "secret-missing"


class RotationDisabledError(RotationError):
    """The secret is not set to rotate."""

    code = "rotation-disabled"


class ConflictError(RotationError):
    """Another rotation got in the way."""

    code = "conflict"


class VaultError(RotationError):
    """Secrets Manager did not do what it was asked."""

    code = "secrets-manager"


class AuthFailedError(RotationError):
    """None of the passwords that may be tried is taken."""

    code = "no-password-works"


class InternalError(RotationError):
    """An error that nobody expected: its kind and place, not its words."""

    code = "internal"
