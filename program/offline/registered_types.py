"""What a type of AWS must have beside its known entry, so that nothing about it is silently missing."""

from __future__ import annotations

from policies.known.tables import known, known_calls
from policies.known.worlds import world_of
from program.foundation.rights.inventory import file_of, inventory
from program.offline.simulation import unanswered
from program.project.definition import FOUNDATION, ROOT, Project


def lacking(type_: str, project: Project) -> str | None:
    """Return the first thing that a type known in the project lacks, and what to add; another is refused as such."""
    world = known(world_of(project.name()))
    if not type_.startswith("aws:") or type_ not in world.types:
        return None
    if (missing := unanswered(type_)) is not None:
        return missing
    if type_ not in known_calls():
        arn = world.types[type_].answer.get("arn", "<its ARN>")
        service = type_.split(":")[1].partition("/")[0]
        return (
            f"{type_} has no calls: no role could make it; add to {world.files[type_]} what AWS is asked for it: "
            f'calls: {{arn: "{arn}", read: [{{actions: [{service}:...], source: provider}}], create: [...], update: '
            f"[...], delete: [...]}}; the ARN's form and the actions are for you to say: AWS's Service Authorization "
            f"Reference has both"
        )
    if all(item.type != type_ for item in inventory(project.label).resources):
        file = file_of(project.label).relative_to(ROOT).as_posix()
        mend = (
            f"add a line for the role that reads it: {{type: {type_}, inputs: {{...}}}}"
            if project == FOUNDATION
            else "write it anew: .venv/bin/python -m tests.program.foundation.inventory_source"
        )
        return f"{type_} is in no right: {file} doesn't have it; {mend}"
    return None
