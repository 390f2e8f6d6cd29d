"""Why a bundle is not applied: whatever it was made from and by has to be what it is now."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping

from program.engine.bundles.bundle import EVENTS_FILE, LIFETIME, PLAN_FILE, SEALED, Bundle, Metadata, hashes_in
from program.engine.bundles.plan import Loss, disagreement, logged_operations, losses, planned_operations
from program.engine.changes import changes_of
from program.engine.pulumi_cli.events import read_events
from program.engine.records import Change, Refusal

_AGAIN = "preview again, and review what it says"
# How far two machines' clocks may be apart.
_CLOCKS = datetime.timedelta(minutes=5)
_CURRENT: Mapping[str, str] = {
    "stack": "apply the bundle to the stack that it was made for",
    "commit": f"check out that commit; or {_AGAIN}",
    "source": f"the files that are deployed from have changed: {_AGAIN}",
    "pack": f"the policies have changed: {_AGAIN}",
    "cli": f"install that version of the Pulumi CLI; or {_AGAIN}",
    "backend": "set PULUMI_BACKEND_URL to the backend of the preview",
    "state": f"the stack was deployed, refreshed or edited meanwhile: {_AGAIN}",
    "config": f"the stack's configuration has changed: {_AGAIN}",
}


def refusals(bundle: Bundle, current: Metadata, confirmed: Collection[str]) -> tuple[Refusal, ...]:
    """Return every reason against applying the bundle; `confirmed` names resources whose data may be lost."""
    found = (*_stale(bundle, current), *_unfit(bundle, current), *_damaged(bundle))
    # Of files that were damaged or changed, nothing is believed; a preview that was stopped has no plan.
    if bundle.metadata.blocked or any(refusal.code == "files" for refusal in found):
        return found
    return (*found, *_surprises(bundle, confirmed))


def _stale(bundle: Bundle, current: Metadata) -> Iterator[Refusal]:
    for field, fix in _CURRENT.items():
        expected, found = getattr(bundle.metadata, field), getattr(current, field)
        if expected != found:
            yield Refusal(code=field, expected=str(expected), found=str(found), fix=fix)


def _unfit(bundle: Bundle, current: Metadata) -> Iterator[Refusal]:
    metadata = bundle.metadata
    expires = min(metadata.expires, metadata.created + LIFETIME)
    if current.created >= expires:
        yield Refusal(
            code="expired",
            expected=f"an apply before {_minute(expires)}",
            found=_minute(current.created),
            fix=_AGAIN,
        )
    if metadata.created > current.created + _CLOCKS:
        yield Refusal(
            code="future",
            expected=f"a preview before {_minute(current.created)}",
            found=f"one of {_minute(metadata.created)}",
            fix=f"set the clock that is wrong, then {_AGAIN}",
        )
    if metadata.blocked:
        yield Refusal(
            code="blocked",
            expected="a preview that keeps every mandatory rule",
            found="findings that block",
            fix=f"mend them, then {_AGAIN}",
        )
    if metadata.digest != bundle.record.bundle:
        yield Refusal(
            code="digest",
            expected=str(bundle.record.bundle),
            found=metadata.digest,
            fix=f"the bundle was changed after the preview: {_AGAIN}",
        )


def _damaged(bundle: Bundle) -> Iterator[Refusal]:
    sealed, found = bundle.metadata.files, hashes_in(bundle.folder)
    for name, digest in sorted(found.items()):
        if sealed.get(name) != digest:
            yield Refusal(
                code="files",
                expected=f"{name} with SHA-256 {sealed.get(name, 'none')}",
                found=digest,
                fix=f"the bundle is damaged, or was changed: {_AGAIN}",
            )
    # A preview that a policy stopped has no plan, and is refused for that.
    needed = set(sealed) if bundle.metadata.blocked else {*sealed, *SEALED}
    for name in sorted(needed - set(found)):
        yield Refusal(code="files", expected=name, found="no such file", fix=f"the bundle is damaged: {_AGAIN}")


def _surprises(bundle: Bundle, confirmed: Collection[str]) -> Iterator[Refusal]:
    """Yield what the plan does and nobody was told of; the log beside it only says why."""
    plan = planned_operations(bundle.folder / PLAN_FILE)
    begun = read_events(bundle.folder / EVENTS_FILE).begun
    if apart := disagreement(plan, logged_operations(begun)):
        yield Refusal(
            code="plan",
            expected=f"an event log that says what the plan does ({apart[0]})",
            found=apart[1],
            fix=f"the bundle was changed, or the Pulumi CLI is one that this version doesn't know: {_AGAIN}",
        )
    told = {change.urn: change for change in changes_of(begun, {})}
    for loss in losses(plan):
        if loss.name not in confirmed:
            yield Refusal(
                code="unconfirmed",
                expected=f"no {loss.operation} of {loss.name}, which holds data",
                found=f"{_why(loss, told.get(loss.urn))}; with it goes {loss.lost}",
                fix=f"if the data may be lost, name it: --confirm {loss.name}",
            )


def _why(loss: Loss, told: Change | None) -> str:
    forcing = [item.path for item in told.properties if item.replaces] if told else []
    return f"{loss.operation}, forced by {', '.join(forcing)}" if forcing else loss.operation


def _minute(time: datetime.datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC")
