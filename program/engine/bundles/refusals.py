"""Why a bundle is not applied: whatever it was made from and by has to be what it is now."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping

from program.engine.bundles.bundle import EVENTS_FILE, Bundle, Metadata, hashes_in
from program.engine.changes import changes_of
from program.engine.pulumi_cli.events import read_events
from program.engine.records import Change, Refusal

_AGAIN = "preview again, and review what it says"
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
    found = (*_stale(bundle, current), *_unfit(bundle, current))
    # Of files that were damaged or changed, nothing is believed.
    damaged = any(refusal.code == "files" for refusal in found)
    return found if damaged else (*found, *_surprises(_planned_changes(bundle), confirmed))


def _stale(bundle: Bundle, current: Metadata) -> Iterator[Refusal]:
    for field, fix in _CURRENT.items():
        expected, found = getattr(bundle.metadata, field), getattr(current, field)
        if expected != found:
            yield Refusal(code=field, expected=str(expected), found=str(found), fix=fix)


def _unfit(bundle: Bundle, current: Metadata) -> Iterator[Refusal]:
    metadata = bundle.metadata
    if current.created >= metadata.expires:
        yield Refusal(
            code="expired",
            expected=f"an apply before {_minute(metadata.expires)}",
            found=_minute(current.created),
            fix=_AGAIN,
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
    for name, found in sorted(hashes_in(bundle.folder).items()):
        if metadata.files.get(name) != found:
            yield Refusal(
                code="files",
                expected=f"{name} with SHA-256 {metadata.files.get(name, 'none')}",
                found=found,
                fix=f"the bundle is damaged, or was changed: {_AGAIN}",
            )
    for name in sorted(set(metadata.files) - set(hashes_in(bundle.folder))):
        yield Refusal(code="files", expected=name, found="no such file", fix=f"the bundle is damaged: {_AGAIN}")


def _planned_changes(bundle: Bundle) -> tuple[Change, ...]:
    """Return what the bundle's own event log plans: the record beside it is for readers, and sealed by nothing."""
    return changes_of(read_events(bundle.folder / EVENTS_FILE).begun, {})


def _surprises(changes: Collection[Change], confirmed: Collection[str]) -> Iterator[Refusal]:
    for change in changes:
        if change.loses_data and change.name not in confirmed:
            yield Refusal(
                code="unconfirmed",
                expected=f"no {change.operation} of {change.name}, which holds data",
                found=f"{_why(change)}; with it goes {change.lost}",
                fix=f"if the data may be lost, name it: --confirm {change.name}",
            )


def _why(change: Change) -> str:
    forcing = [item.path for item in change.properties if item.replaces]
    return f"{change.operation}, forced by {', '.join(forcing)}" if forcing else change.operation


def _minute(time: datetime.datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC")
