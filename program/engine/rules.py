"""What the way from what is deployed to what is planned breaks: rules that no pack can have, by their ids."""

from __future__ import annotations

REPLACED_IN_USE = "replaced-in-use"
ENGINE_LOWERED = "engine-lowered"
ENGINE_MAJOR = "engine-major-upgrade"
STACK_MOVED = "stack-moved"
OTHER_NAME = "planned-name"
BOOTSTRAP_AGAIN = "bootstrap-again"
DRIFT_LEFT = "drift-left"
