"""Why a request can't be answered: each with its HTTP status and code, and no secret in its words."""

from __future__ import annotations

from typing import ClassVar


class AppError(Exception):
    """A request that fails for a known reason."""

    status: ClassVar[int] = 500
    code: ClassVar[str]


class MisconfiguredError(AppError):
    """The function was deployed wrongly."""

    code = "misconfigured"


class SecretUnavailableError(AppError):
    """Secrets Manager did not hand the credential out."""

    status = 503
    code = "secret-unavailable"


class NotProvisionedError(AppError):
    """The first rotation, which makes the role and its password, has not ended yet."""

    status = 503
    code = "not-provisioned"


class NotFoundError(AppError):
    """There is nothing at this path."""

    status = 404
    code = "not-found"


class MethodNotAllowedError(AppError):
    """The path can only be read."""

    status = 405
    code = "method-not-allowed"
