"""Write RULES.md, COVERAGE.md and the reviewed files' schemas: `python -m policies.document`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from policies.catalogue import RULES
from policies.drift_ignores import Ignores
from policies.drift_noise import NoiseFile
from policies.examples import Example, load_examples
from policies.exemptions import Exemptions
from policies.known.document import known_properties
from policies.known.models import KnownFile, KnownOptions, KnownParameters
from policies.known.worlds import of_project
from policies.limits import Limits, limits
from policies.references import Reference, References, load_references
from policies.rule import Rule, how_to_accept
from policies.schema import StrictModel

FOLDER = Path(__file__).resolve().parent
_WRITTEN = "<!-- Written by `make docs` from the catalogue: change that, not this. -->"
_STRENGTH = ("mandatory", "advisory", "off")


def documents() -> Mapping[Path, str]:
    """Return each document's place and text."""
    known, references = limits(), load_references()
    schemas: dict[str, type[StrictModel]] = {
        "drift-ignores": Ignores,
        "drift-noise": NoiseFile,
        "environments": Limits,
        "exemptions": Exemptions,
        "known/known": KnownFile,
        "known/options": KnownOptions,
        "known/parameters": KnownParameters,
    }
    return {
        FOLDER / "RULES.md": "\n".join(_rules(known, references)) + "\n",
        FOLDER / "COVERAGE.md": "\n".join(_coverage(known, references)) + "\n",
        **{FOLDER / f"{name}.schema.json": _schema(model) for name, model in schemas.items()},
    }


def _schema(model: type[StrictModel]) -> str:
    """Return the JSON schema by which editors complete and check a reviewed file."""
    return json.dumps(model.model_json_schema(), indent=2, sort_keys=True) + "\n"


def write() -> None:
    """Write the documents."""
    for path, text in documents().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _rules(known: Limits, references: References) -> Iterator[str]:
    names = list(known.environments)
    yield from ("# Rules", "", _WRITTEN, "")
    yield f"{len(RULES)} rules; each heading is a link that stays. `./parity explain RULE` prints the same."
    yield "`*` after a control marks our own reading of it; a rule supports a control, no more."
    yield ""
    yield from _glossary()
    yield ""
    yield from _table(
        ["rule", "severity", *names, "says"],
        [[f"[{r.id}](#{r.id})", r.severity, *_levels(r, known), r.title] for r in RULES],
    )
    examples = load_examples()
    for rule in RULES:
        yield from _rule(rule, known, references.rules.get(rule.id, []), references)
        yield from _example(examples.get(rule.id))
    yield from ("", "## Properties and what judges them", "")
    yield "Every property that may be set, of every type that may be made; all others are refused (known-properties)."
    yield from known_properties()


def _rule(rule: Rule, known: Limits, supported: list[Reference], references: References) -> Iterator[str]:
    names = list(known.environments)
    yield from ("", f"## {rule.id}", "", f"{rule.title} Severity: **{rule.severity}**.", "")
    yield f"- **Why:** {rule.why}"
    yield f"- **Fix:** {_cell(rule.fix)}"
    yield f"- **Accept:** {how_to_accept(rule)}"
    yield f"- **Judges:** {', '.join(f'`{type_}`' for type_ in rule.types)}"
    for accepted in known.accepted:
        if accepted.rule == rule.id:
            yield f"- **Accepted** for `{accepted.resource}`{of_project(accepted.project)}: {accepted.reason}"
    grouped: dict[str, list[str]] = defaultdict(list)
    for item in supported:
        grouped[references.frameworks[item.framework]].append(_control(item))
    for framework, ids in grouped.items():
        yield f"- **Supports** {framework}: {', '.join(ids)}"
    yield ""
    rows = [["level", *_levels(rule, known)]]
    rows += [[f"`{to_camel(limit)}`", *(_limit(known, name, limit) for name in names)] for limit in rule.limits]
    yield from _table(["", *names], rows)


def _glossary() -> Iterator[str]:
    yield "| word | means | stands in |"
    yield "|---|---|---|"
    yield "| declared difference | what may differ between stacks, and why | `environments.yaml`, `differences` |"
    yield "| accepted finding | a finding that stays, of a named resource, and why | `environments.yaml`, `accepted` |"
    yield "| exemption | an accepted finding with an owner and an end | `exemptions.yaml` |"
    yield "| ignored drift | what may differ between cloud and code, with an owner and an end | `drift-ignores.yaml` |"


def _example(example: Example | None) -> Iterator[str]:
    """Yield what fails and what passes, in YAML, as the policies see it."""
    if example is None:
        return
    yield from ("", f"Fails, with `{example.says.replace('`', '')}`:", "", "```yaml", example.failing.rstrip(), "```")
    yield from ("", "Passes:", "", "```yaml", example.passing.rstrip(), "```")


def _coverage(known: Limits, references: References) -> Iterator[str]:
    names = list(known.environments)
    yield from ("# Coverage of controls", "", _WRITTEN, "")
    yield "Rules support the controls beside them; of their levels in an environment the strongest is shown."
    yield "`*` marks our own reading of a control; a rule with an accepted finding is named after the level."
    yield "Nothing here says that anybody complies with anything: that is for an assessor."
    for framework, title in references.frameworks.items():
        rules_of: dict[str, list[tuple[Rule, Reference]]] = defaultdict(list)
        for rule in RULES:
            for item in references.rules.get(rule.id, []):
                if item.framework == framework:
                    rules_of[_control(item)].append((rule, item))
        yield from ("", f"## {title}", "")
        rows = [
            [control, ", ".join(rule.id for rule, _ in pairs), *(_strongest(pairs, known, name) for name in names)]
            for control, pairs in sorted(rules_of.items())
        ]
        yield from _table(["control", "rules", *names], rows)
        gaps = [[gap.id, _cell(gap.reason)] for gap in references.gaps if gap.framework == framework]
        if gaps:
            yield from ("", "Gaps:", "")
            yield from _table(["control", "why no rule supports it"], gaps)
    yield from ("", "## Rules without a control", "")
    alone = [rule.id for rule in RULES if not references.rules.get(rule.id)]
    yield ", ".join(f"`{rule}`" for rule in alone)
    yield from ("", "## Accepted findings", "")
    yield from _table(
        ["rule", "resource", "reason"],
        [[a.rule, f"`{a.resource}`{of_project(a.project)}", a.reason] for a in known.accepted],
    )
    yield from ("", "## Sources", "")
    yield from _table(
        ["source", "title", "read"], [[key, s.title, s.date.isoformat()] for key, s in references.sources.items()]
    )


def _levels(rule: Rule, known: Limits) -> list[str]:
    return [rule.level(known, name) for name in known.environments]


def _strongest(pairs: list[tuple[Rule, Reference]], known: Limits, environment: str) -> str:
    rules = [rule for rule, item in pairs if item.at_least is None or item.at_least.holds(known, environment)]
    if not rules:
        return "gap: the limits allow less"
    accepted = {item.rule for item in known.accepted}
    deviating = [rule.id for rule in rules if rule.id in accepted]
    level = min((rule.level(known, environment) for rule in rules), key=_STRENGTH.index)
    return f"{level} (accepted: {', '.join(deviating)})" if deviating else level


def _control(reference: Reference) -> str:
    return reference.id if reference.provenance == "listed" else f"{reference.id}\\*"


def _limit(known: Limits, environment: str, name: str) -> str:
    block = known.environments[environment]
    return _value(getattr(block if hasattr(block, name) else known.common, name))


def _value(value: Any) -> str:
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        return "; ".join(f"{to_camel(str(key))}: {_value(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "any" if value is None else str(value)


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' for _ in head)}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _cell(text: str) -> str:
    return text.replace("*", "\\*").replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    write()
