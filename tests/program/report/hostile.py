"""Records that hold anything a stranger could write: for property tests."""

from hypothesis import strategies as st

from program.engine.records import (
    ApplyRecord,
    Change,
    DriftRecord,
    Hashes,
    Ignored,
    PreviewRecord,
    PropertyChange,
    Refusal,
)
from program.manifest.differences import Difference
from program.offline.result import Finding

_PIECES = (
    "@octocat", "#12", "GH-12", "octo/parity#7", "`", "```", "~~~", "<script>", "</details>", "-->", "<!--", "|",
    "\n", "\r\n", "\x1b[31m", "\u202e", "\u200b", "🙈", "é", "中", "[x](http://evil)", "https://evil.example/x", "HTTP://evil.example",
    "www.evil.example", "(WWW.evil.example)", "me@evil.example", "mailto:me@evil.example", "ftp://evil.example",
    "![x](y)", "\\", "*", "_",
    "&lt;", "$x$", "::error::", "\x00", " ", "name", "{", '"', "'", "=", "+ ", "- ", "1. ",
)  # fmt: skip


def made(model, **parts):
    """Build the model; `st.builds` reads pydantic's aliases as arguments of their own."""
    return st.fixed_dictionaries(parts).map(lambda found: model(**found))


@st.composite
def _texts(draw):
    """A few of the pieces, any text, or one piece so often that it alone fills a comment."""
    pieces = st.lists(st.sampled_from(_PIECES), max_size=6).map("".join)
    length = draw(st.sampled_from(["short", "short", "short", "short", "any", "long"]))
    if length == "long":
        return draw(st.sampled_from(_PIECES)) * draw(st.sampled_from([70, 300, 2000]))
    return draw(st.text(max_size=12) if length == "any" else pieces)


texts = _texts()
names = st.one_of(st.sampled_from(["dev", "prod", "pr-7"]), texts)
values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts, st.lists(texts, max_size=2),
    st.dictionaries(texts, texts, max_size=2), st.sampled_from(["${unknown}", "${secret}"]),
)  # fmt: skip
sources = st.one_of(st.none(), st.just("program/service/stack.py:3"), texts)
urns = st.one_of(st.none(), texts.map(lambda text: f"urn:pulumi:dev::parity::aws:rds/cluster:Cluster::{text}"))
properties = made(PropertyChange, path=texts, before=values, after=values, replaces=st.booleans())


@st.composite
def _changes(draw):
    return Change(
        urn="urn",
        type=draw(texts),
        name=draw(texts),
        operation=draw(st.sampled_from(["create", "update", "replace", "delete"])),
        stateful=draw(st.booleans()),
        source=draw(sources),
        properties=tuple(draw(st.lists(properties, max_size=2))),
    )


changes = _changes()

findings = made(
    Finding,
    rule=st.one_of(st.just("rds-encrypted"), texts),
    level=st.sampled_from(["mandatory", "advisory"]),
    outcome=st.sampled_from(["failed", "undecided", "exempt", "error"]),
    resource=urns,
    message=texts,
    source=sources,
)
differences = made(
    Difference,
    resource=texts,
    property=texts,
    values=st.dictionaries(st.one_of(st.sampled_from(["declared", "planned", "deployed"]), texts), values, max_size=3),
    declared=st.booleans(),
)
hashes = st.one_of(
    st.none(),
    made(Hashes, config_hash=texts, baseline_hash=texts, resources_hash=st.one_of(st.none(), texts)),
)
refusals = made(Refusal, code=texts, expected=texts, found=texts, fix=texts)


def several(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


_COMMON = {
    "environment": st.one_of(st.none(), texts),
    "region": st.none(),
    "commit": st.one_of(st.none(), texts),
    "error": st.one_of(st.none(), texts),
    "seconds": st.floats(),
    "findings": several(findings),
    "declared": hashes,
    "deployed": hashes,
}
previews = made(
    PreviewRecord,
    stack=names,
    **_COMMON,
    outcome=st.sampled_from(["clean", "blocked", "failed"]),
    changes=several(changes),
    planned=hashes,
    differences=several(differences),
    bundle=st.one_of(st.none(), texts),
)
applies = made(
    ApplyRecord,
    stack=names,
    **_COMMON,
    outcome=st.sampled_from(["applied", "refused", "failed", "different"]),
    refusals=several(refusals),
    changes=several(changes),
    differences=several(differences),
)
drifts = made(
    DriftRecord,
    stack=names,
    **_COMMON,
    verdict=st.sampled_from(["clean", "drifted", "undeployed", "check-failed"]),
    drifted=several(changes),
    ignored=several(made(Ignored, change=changes, reason=texts, owner=texts, expires=texts)),
    stale_ignores=several(texts),
    pending=several(differences),
    deployed_commit=st.one_of(st.none(), texts),
    fingerprint=st.one_of(st.none(), texts),
)
records = st.lists(st.one_of(previews, applies, drifts), max_size=4, unique_by=lambda each: (each.stack, each.kind))
