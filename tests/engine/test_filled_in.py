"""A provider that fills in all that it could alarms nobody: what no program gave is no finding."""

import pytest

from tests.engine import provider
from tests.engine.answers import checked
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, drift, preview
from tests.engine.wire import DEFAULTS
from tests.policies.known_sources import filled_in, properties_of

pytestmark = [*needs_pulumi, needs_the_double]


@pytest.fixture
def filled(monkeypatch):
    """Let the provider fill in every property of every type; return which it did, by type."""
    by_type: dict[str, set[str]] = {}

    def check(type_, inputs):
        completed, unexpected = checked(type_, inputs)
        # Of two names for one thing AWS takes one.
        plain = [prop for prop, computed in properties_of(type_).items() if not computed and "Prefix" not in prop]
        more = {prop: filled_in(type_, prop) for prop in plain if prop not in completed}
        by_type.setdefault(type_, set()).update(more)
        return {**completed, **more, DEFAULTS: sorted([*completed[DEFAULTS], *more])}, unexpected

    monkeypatch.setattr(provider, "checked", check)
    return by_type


def test_what_the_provider_fills_in_is_no_finding_in_a_preview_an_apply_and_on_the_live_state(engine, filled):
    engine.make_network(STACK)
    with engine.provider(STACK):
        result, planned, bundle = preview(engine, STACK)
        assert (result.code, planned["outcome"]) == (0, "clean"), result.output
        result, applied = apply(engine, STACK, bundle)
        assert (result.code, applied["outcome"]) == (0, "applied"), result.output
        result, live = drift(engine, STACK)

    assert (result.code, live["verdict"]) == (0, "clean"), result.output
    assert sum(map(len, filled.values())) > 100, "nothing was filled in; is the provider's Check still called?"
    for record in (planned, applied, live):
        failed = [finding for finding in record["findings"] if finding["outcome"] in ("failed", "error")]
        assert [finding for finding in failed if finding["level"] == "mandatory"] == []
