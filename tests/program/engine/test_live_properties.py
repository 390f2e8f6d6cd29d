"""What of the cloud is drift and what is not, property by property: what policies/DRIFT.md says is what is done."""

import pytest

from policies.drift_noise import load_noise
from program.engine.drift_changes import DriftReader
from tests.program.engine.live import recorded_live
from tests.program.engine.live_properties import DOCUMENT, DRIFTED, EXPECTED, NO_DRIFT, ROWS, document, said_of


@pytest.fixture(scope="module")
def live():
    return recorded_live()


def test_what_nobody_changed_has_not_drifted(live):
    found = DriftReader(live.checkpoint, load_noise(), {}).drifted(live.steps())

    assert (found.changes, found.expected) == ((), ())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.path or 'gone'}")
def test_each_row_has_the_verdict_that_is_right(row, live):
    said = said_of(row, live)

    assert said.verdict == row.verdict
    # What is no drift is none for a reason.
    assert said.told if row.verdict == DRIFTED else said.why


def test_every_noise_is_shown(live):
    types = {name: state.type for name, state in live.states().items()}
    shown = [(types[row.name], row.path.replace("/0/", "[].").replace("/1/", "[].").replace("/", ".")) for row in ROWS]
    unseen = [
        str(entry)
        for entry in load_noise()
        if entry.type in types.values() and not any(entry.covers(*each) for each in shown)
    ]

    assert unseen == ["aws:rds/parameterGroup:ParameterGroup parameters[].applyMethod"], "give it a row"


def test_there_are_rows_of_every_kind():
    assert {row.verdict for row in ROWS} == {DRIFTED, NO_DRIFT, EXPECTED}
    assert len(ROWS) >= 60


def test_the_document_is_up_to_date():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: make docs"
