"""The authorizer's table, printed: `python -m tests.program.foundation.rights_document`; with --write it is kept."""

import json
import sys
from collections import defaultdict

from policies.known.calls import PHASES, SOURCES
from policies.known.tables import known_calls
from program.foundation.rights.roles import FILE as ROLES
from program.foundation.rights.roles import RoleKinds, role_kinds
from program.project.definition import ROOT
from tests.program.foundation.attacks import attacks
from tests.program.foundation.world import review, world

FILE = ROOT / "program" / "foundation" / "RIGHTS.md"
KINDS = ("preview", "drift", "deploy", "review")
# Each project's kinds of roles, and a world of theirs: of networks one with all that a network can have.
OF_THE_SERVICE = {kind: review if kind == "review" else world for kind in KINDS}
OF_A_NETWORK = {kind: lambda: world("network/dev", "main", 2) for kind in ("preview", "drift", "deploy")}
_HEAD = """\
# Rights

<!-- Written by `make docs` from policies/known, the recorded program and the authorizer of the tests: change those. -->

Every call that AWS gets for the service and for a network, and which role of the workflows may make it. Nothing of it
was asked of AWS: the answers are those of an evaluator in the tests, which knows identity policies, boundaries, key
policies, resource policies, trust policies and conditions. The policies are derived (`program/foundation/rights`);
nobody writes one.

`yes`: the role's policies allow it; `key`: the key's own policy does; `-`: denied. A role makes
the calls of its phases:
"""


def answers(places):
    """Return by type, phase and action what each role is answered, over all resources of the type."""
    found = defaultdict(lambda: defaultdict(set))
    for kind, place in ((kind, make()) for kind, make in places.items()):
        principal = place.principal(kind)
        for phase, item, request in place.requests():
            by_key = ":kms:" in request.resource and ":key/" in request.resource
            answer = ("key" if by_key else "yes") if place.allows(principal, request) else "-"
            found[item.type, PHASES.index(phase), request.action][kind].add(answer)
    return found


def word(answers_):
    """Return one word for all resources of a type; an action on several is allowed once it is on each."""
    return "/".join(sorted(answers_, reverse=True))


def table(places):
    yield f"| type | phase | call | {' | '.join(places)} |"
    yield "|---" * (3 + len(places)) + "|"
    for (type_, number, action), by_kind in sorted(answers(places).items()):
        cells = [word(by_kind[kind]) for kind in places]
        yield f"| {type_.rpartition(':')[2]} | {PHASES[number]} | {action} | {' | '.join(cells)} |"


def _phases():
    for kind in KINDS:
        of_kind = role_kinds().roles[kind]
        yield f"- {kind}: {', '.join(of_kind.phases) or 'none; it reads the state'}"


def _notes():
    for type_, of_type in known_calls().items():
        for phase, call in of_type.calls():
            if call.everywhere or call.note:
                said = " ".join(filter(None, [call.everywhere, call.note]))
                yield f"- {type_.rpartition(':')[2]}, {phase}: {', '.join(call.actions)}. {said}"


def text():
    known_from = [f"- {source}: {said}" for source, said in SOURCES.items()]
    lines = [_HEAD, *_phases(), "", "From what a call is known, the `source` of its entry:", "", *known_from]
    lines += ["", "## The service", "", *table(OF_THE_SERVICE)]
    lines += ["", "## A network", "", *table(OF_A_NETWORK)]
    lines += ["", "## What can't be scoped, or needs a word", "", *_notes()]
    lines += ["", "## What must be denied", "", "| by | attack | call | answer |", "|---|---|---|---|"]
    lines += [
        f"| {item.by} | {item.name} | {item.request.action} | {'denied' if item.is_denied() else 'ALLOWED'} |"
        for item in attacks()
    ]
    return "\n".join(lines) + "\n"


def documents():
    """Return each generated file's place and text: the table, and the schemas by which editors check the data."""
    schemas = {ROLES: RoleKinds}
    return {
        FILE: text(),
        **{
            file.with_suffix(".schema.json"): json.dumps(model.model_json_schema(), indent=2, sort_keys=True) + "\n"
            for file, model in schemas.items()
        },
    }


if __name__ == "__main__":
    if "--write" not in sys.argv:
        sys.stdout.write(text())
    else:
        for path, written in documents().items():
            path.write_text(written, encoding="utf-8")
