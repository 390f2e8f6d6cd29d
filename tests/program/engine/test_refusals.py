"""Whatever a bundle was made from and by has to be what it is now, and data is lost only by name."""

import datetime
import json

import pytest

from program.engine.bundles.bundle import EVENTS_FILE, LIFETIME, PLAN_FILE, SEALED, Bundle, hashes_in
from program.engine.bundles.plan import disagreement, logged_operations, planned_operations
from program.engine.bundles.refusals import refusals
from program.engine.changes import changes_of
from program.engine.pulumi_cli.events import read_events
from program.errors import CouldNotRunError
from tests.program.engine.standin import RECORDED
from tests.program.engine.test_bundle import NOW, metadata, record

# Each with another value than the bundle's.
STALE = {
    "stack": "there",
    "commit": "other",
    "source": "other",
    "pack": "other",
    "cli": "v9.9.9",
    "backend": "s3://other",
    "state": "other",
    "config": "other",
}
HOUR = datetime.timedelta(hours=1)


CLUSTER, TOPIC = "aws:rds/cluster:Cluster", "aws:sns/topic:Topic"


NAME = "database-cluster"


def planned(operation, *, type_=CLUSTER, forcing=()):
    """Return the event of a step on the cluster, or on something else that holds no data."""
    sides = [{"custom": True, "inputs": dict.fromkeys(("other", *forcing), value)} for value in (1, 2)]
    metadata = {
        "op": operation,
        "urn": f"urn:pulumi:here::parity::tap:stack:TapStack${type_}::{NAME}",
        "type": type_,
        "old": None if operation == "create" else sides[0],
        "new": None if operation == "delete" else sides[1],
        "keys": list(forcing),
    }
    return {"resourcePreEvent": {"metadata": metadata, "planning": True}}


def plan_of(events):
    """Return the plan of which those are the events."""
    plans = {}
    for event in events:
        metadata = event["resourcePreEvent"]["metadata"]
        if metadata["op"] not in ("read", "refresh"):
            plans.setdefault(metadata["urn"], {"steps": []})["steps"].append(metadata["op"])
    return json.dumps({"resourcePlans": plans})


@pytest.fixture
def bundle(tmp_path):
    """Return a bundle that matches `current()`, of a plan that does nothing."""
    for name in SEALED:
        (tmp_path / name).write_text(f"the {name}")
    return sealed(tmp_path, planned("same"))


def sealed(folder, *events, plan=None, changes=(), **changed):
    """Return the bundle with an event log, and with its plan where no other is given.

    `changes` are what the record beside it says.
    """
    if events:
        (folder / EVENTS_FILE).write_text("".join(f"{json.dumps(event)}\n" for event in events))
        (folder / PLAN_FILE).write_text(plan_of(events) if plan is None else plan)
    fields = metadata(**({"files": hashes_in(folder), "expires": NOW + HOUR} | changed))
    return Bundle(folder=folder, metadata=fields, record=record(bundle=fields.digest, changes=changes))


def current(**changed):
    """Return what is found at the apply."""
    return metadata(**({"created": NOW + HOUR / 2, "expires": NOW + HOUR} | changed))


def codes(found):
    return [refusal.code for refusal in found]


def test_a_bundle_that_matches_is_not_refused(bundle):
    assert refusals(bundle, current(), ()) == ()


@pytest.mark.parametrize("field", STALE)
def test_each_thing_that_is_no_longer_what_it_was_is_refused_with_both_values(bundle, field):
    (refusal,) = refusals(bundle, current(**{field: STALE[field]}), ())

    assert refusal.code == field
    assert refusal.expected == str(getattr(bundle.metadata, field))
    assert refusal.found == STALE[field]
    assert refusal.fix


def test_all_that_is_wrong_is_told_at_once(bundle):
    assert codes(refusals(bundle, current(**STALE), ())) == list(STALE)


def test_a_bundle_is_refused_from_its_last_moment_on(bundle):
    assert refusals(bundle, current(created=NOW + HOUR - datetime.timedelta(seconds=1)), ()) == ()

    (refusal,) = refusals(bundle, current(created=NOW + HOUR), ())

    assert (refusal.code, refusal.expected, refusal.found) == (
        "expired",
        "an apply before 2030-01-02 04:04 UTC",
        "2030-01-02 04:04 UTC",
    )


def test_no_bundle_lives_longer_than_a_preview_gives_it(bundle):
    forever = sealed(bundle.folder, expires=NOW + 9 * LIFETIME)

    assert codes(refusals(forever, current(created=NOW + LIFETIME), ())) == ["expired"]


def test_a_bundle_from_the_future_is_refused(bundle):
    minute = datetime.timedelta(minutes=1)
    assert refusals(bundle, current(created=NOW - 5 * minute), ()) == (), "clocks may be a little apart"

    (refusal,) = refusals(bundle, current(created=NOW - 6 * minute), ())

    assert (refusal.code, refusal.expected, refusal.found) == (
        "future",
        "a preview before 2030-01-02 02:58 UTC",
        "one of 2030-01-02 03:04 UTC",
    )


def test_a_blocked_preview_is_refused(bundle):
    # The engine writes no plan when a policy stops it.
    (bundle.folder / PLAN_FILE).unlink()
    blocked = sealed(bundle.folder, blocked=True)

    assert codes(refusals(blocked, current(), ())) == ["blocked"]


def test_metadata_that_is_not_the_records_is_refused(bundle):
    other = bundle.model_copy(update={"metadata": bundle.metadata.model_copy(update={"created": NOW + HOUR / 4})})

    (refusal,) = refusals(other, current(), ())

    assert (refusal.code, refusal.expected) == ("digest", bundle.record.bundle)
    assert refusal.found == other.metadata.digest


@pytest.mark.parametrize("name", SEALED)
def test_a_file_that_was_changed_is_refused(bundle, name):
    (bundle.folder / name).write_text("changed")

    (refusal,) = refusals(bundle, current(), ())

    assert refusal.code == "files"
    assert refusal.expected == f"{name} with SHA-256 {bundle.metadata.files[name]}"


@pytest.mark.parametrize("name", SEALED)
def test_a_file_that_is_missing_is_refused(bundle, name):
    (bundle.folder / name).unlink()

    (refusal,) = refusals(bundle, current(), ())

    assert (refusal.code, refusal.expected, refusal.found) == ("files", name, "no such file")


@pytest.mark.parametrize("name", SEALED)
def test_a_file_that_was_never_sealed_is_refused_too(bundle, name):
    (bundle.folder / name).unlink()
    without = sealed(bundle.folder)
    assert name not in without.metadata.files

    assert [(each.code, each.expected) for each in refusals(without, current(), ())] == [("files", name)]


def test_a_file_that_was_put_there_is_refused(bundle):
    hashes = hashes_in(bundle.folder)
    del hashes[EVENTS_FILE]

    (refusal,) = refusals(sealed(bundle.folder, files=hashes), current(), ())

    assert (refusal.code, refusal.expected) == ("files", "events.jsonl with SHA-256 none")


@pytest.mark.parametrize(
    ("operation", "forcing", "found"),
    [
        ("delete", (), "delete"),
        ("replace", (), "replace"),
        ("replace", ("databaseName", "engine"), "replace, forced by databaseName, engine"),
    ],
    ids=["delete", "replace", "replace with its reason"],
)
def test_data_is_lost_only_by_name(bundle, operation, forcing, found):
    losing = sealed(bundle.folder, planned(operation, forcing=forcing))

    (refusal,) = refusals(losing, current(), ["another"])

    assert (refusal.code, refusal.found) == ("unconfirmed", f"{found}; with it goes the database")
    assert refusal.expected == f"no {operation} of database-cluster, which holds data"
    assert refusal.fix == "if the data may be lost, name it: --confirm database-cluster"
    assert refusals(losing, current(), ["database-cluster"]) == ()


@pytest.mark.parametrize(
    "kept",
    [planned("create"), planned("update"), planned("same"), planned("delete", type_=TOPIC)],
    ids=lambda kept: kept["resourcePreEvent"]["metadata"]["op"],
)
def test_what_loses_no_data_needs_no_name(bundle, kept):
    assert refusals(sealed(bundle.folder, kept), current(), ()) == ()


def test_the_plan_is_asked_and_not_the_record_beside_it(bundle):
    losing = sealed(bundle.folder, planned("delete"))
    assert losing.record.changes == ()
    assert codes(refusals(losing, current(), ())) == ["unconfirmed"]

    lost = changes_of(read_events(bundle.folder / EVENTS_FILE).begun, {})
    keeping = sealed(bundle.folder, planned("update"), changes=lost)
    assert keeping.record.changes[0].loses_data
    assert refusals(keeping, current(), ()) == ()


@pytest.mark.parametrize("said", ["same", "update", "create", "delete"])
def test_a_log_that_says_something_else_than_the_plan_is_refused_and_the_plan_counts(bundle, said):
    other = sealed(bundle.folder, planned(said), plan=plan_of([planned("delete-replaced")]))

    found = refusals(other, current(), ())

    assert codes(found) == ["plan", "unconfirmed"]
    assert found[0].expected == "an event log that says what the plan does (database-cluster: delete-replaced)"
    assert found[0].found == f"database-cluster: {said}"
    assert found[1].found == "replace; with it goes the database"


def test_what_only_one_of_both_speaks_of_is_a_disagreement(bundle):
    silent = sealed(bundle.folder, planned("delete"), plan='{"resourcePlans": {}}')
    assert [each.expected for each in refusals(silent, current(), ())] == [
        "an event log that says what the plan does (database-cluster: nothing)"
    ]

    unsaid = sealed(bundle.folder, planned("refresh"), plan=plan_of([planned("delete")]))
    assert codes(refusals(unsaid, current(), ())) == ["plan", "unconfirmed"]


@pytest.mark.parametrize("operation", ["read", "refresh"])
def test_what_is_only_looked_at_is_in_no_plan(bundle, operation):
    assert refusals(sealed(bundle.folder, planned(operation)), current(), ()) == ()


def test_an_operation_that_nobody_knows_may_lose_data(bundle):
    assert codes(refusals(sealed(bundle.folder, planned("of-tomorrow")), current(), ())) == ["unconfirmed"]


def test_a_log_that_was_made_to_lose_less_is_refused(bundle):
    losing = sealed(bundle.folder, planned("delete"))
    (bundle.folder / EVENTS_FILE).write_text("")

    assert codes(refusals(losing, current(), ())) == ["files"]


def test_a_log_that_cannot_be_read_is_none(bundle):
    (bundle.folder / EVENTS_FILE).write_text("no JSON\n")

    with pytest.raises(CouldNotRunError, match=r"^the engine's event log can't be read"):
        refusals(sealed(bundle.folder), current(), ())


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        '{"resourcePlans": [1]}',
        '{"resourcePlans": {"urn": 1}}',
        '{"resourcePlans": {"u": {"steps": [1]}}}',
    ],
)
def test_a_plan_that_cannot_be_read_is_none(bundle, text):
    with pytest.raises(CouldNotRunError, match=r"^the bundle's plan\.json is no plan \(\w+: .*\); preview again"):
        refusals(sealed(bundle.folder, planned("same"), plan=text), current(), ())


def test_a_plan_of_a_real_engine_agrees_with_its_log():
    for scene in ("first-preview", "unchanged-preview", "changing-preview"):
        plan, log = (RECORDED / scene / name for name in (PLAN_FILE, EVENTS_FILE))
        assert disagreement(planned_operations(plan), logged_operations(read_events(log).begun)) is None, scene
