"""Write one JSON line per step, and its metrics in CloudWatch's embedded format; nothing of a secret gets here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

NAMESPACE = "SecretRotation"
_LONGEST_TEXT = 300
_TOKEN_SHOWN = 8
_ARN_PARTS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """Where the lines go, what time it is (in milliseconds), and what every line has in common."""

    stream: TextIO
    clock: Callable[[], int]
    environment: str
    secret: str

    def succeeded(self, step: str, token: str, outcome: str) -> None:
        """Tell that the step is done, and how."""
        self._write({"level": "INFO", "step": step, "token": token[:_TOKEN_SHOWN], "outcome": outcome})
        self._count("RotationStepSucceeded", step)
        if outcome == "finished":
            self._count("RotationSucceeded", step)

    def failed(self, step: str, token: str, *, code: str, message: str, sqlstate: str | None) -> None:
        """Tell that the step failed, and why."""
        self._write(
            {
                "level": "ERROR",
                "step": step,
                "token": token[:_TOKEN_SHOWN],
                "outcome": code,
                "message": message,
                "sqlstate": sqlstate,
            }
        )
        self._count("RotationStepFailed", step)

    def _count(self, metric: str, step: str) -> None:
        self._write(
            {
                "_aws": {
                    "Timestamp": self.clock(),
                    "CloudWatchMetrics": [
                        {
                            "Namespace": NAMESPACE,
                            "Dimensions": [["Environment", "Step"], ["Environment"]],
                            "Metrics": [{"Name": metric, "Unit": "Count"}],
                        }
                    ],
                },
                "Environment": self.environment,
                "Step": step,
                metric: 1,
            }
        )

    def _write(self, line: Mapping[str, object]) -> None:
        common = {} if "_aws" in line else {"environment": self.environment, "secret": self.secret}
        clean = {key: one_line(value) if isinstance(value, str) else value for key, value in line.items()}
        self.stream.write(json.dumps({**clean, **common}) + "\n")
        self.stream.flush()


def one_line(text: str) -> str:
    """Return the text without line ends and other control characters, so that no one can forge a line of the log."""
    return "".join(character if character.isprintable() else "?" for character in text)[:_LONGEST_TEXT]


def secret_name(arn: str) -> str:
    """Return the name in the ARN of a secret."""
    parts = arn.split(":")
    return parts[-1] if len(parts) == _ARN_PARTS else "unknown"
