"""The one switch between data that can be destroyed and data that can't: all of its settings move together."""

from __future__ import annotations

from dataclasses import dataclass

from policies.limits import DataProtection, DeletionWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What keeps data from being destroyed, in the terms of the resources that hold it."""

    protected: bool
    kms_deletion_window_days: int
    # Secrets Manager takes 0 (deleted at once) or 7 to 30 days.
    secret_recovery_window_days: int

    @classmethod
    def of(cls, mode: DataProtection, window: DeletionWindow) -> Protection:
        """Return the settings of a mode; half states don't exist."""
        protected = mode == "protected"
        return cls(
            protected=protected,
            kms_deletion_window_days=window.protected if protected else window.ephemeral,
            secret_recovery_window_days=30 if protected else 0,
        )
