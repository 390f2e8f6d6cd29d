"""Why data would be lost, and what to do: the property that forces it, as a diff, its line, and the exact command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from program.offline.source_lines import property_place
from program.report.content.grouping import stack_list
from program.report.content.links import Links
from program.report.content.losses import Loss
from program.report.markdown.fitting import Section
from program.report.markdown.linked import linked_place
from program.report.markdown.markup import code
from program.report.markdown.words import clipped, name, sentence
from program.report.pull_request.changes import fenced, property_lines

_MOST_FORCING = 5
_LONGEST_NAME = 100
_ENDS = {"replace": ("must be replaced", "was replaced"), "delete": ("would be deleted", "was deleted")}


def losses_section(found: Sequence[Loss], total: int, links: Links | None) -> Section:
    """Return an item for each resource that holds data and ends."""
    return Section(noun="lost resource", items=tuple(_loss(loss, total, links) for loss in found), separator="\n\n")


def _loss(loss: Loss, total: int, links: Links | None) -> str:
    change, where = loss.change, sentence(stack_list(loss.stacks, total))
    end = _ENDS[change.operation][loss.done]
    line = f"{name(change.name)} in {where} {end}"
    lost = sentence(loss.what)
    why = f", because {_forcing(loss)} changes" if loss.forcing else ""
    place = property_place(change.source, change.type, loss.forcing[0].path) if loss.forcing else change.source
    source = f" ({linked_place(place, links)})" if place else ""
    lines = [f"{line}{why}{source}. **{lost[:1].upper()}{lost[1:]} {'is' if loss.done else 'would be'} lost.**"]
    diff = [text for each in loss.forcing[:_MOST_FORCING] for text in property_lines(each)]
    if diff:
        lines.append(fenced(diff))
    if not loss.done:
        lines.append(_what_to_do(loss))
    return "\n".join(lines)


def _forcing(loss: Loss) -> str:
    return " and ".join(name(each.path) for each in loss.forcing[:_MOST_FORCING])


def _what_to_do(loss: Loss) -> str:
    """Return how to keep the data, and the command that says the loss is meant."""
    keep = f"**Keep it:** put {_forcing(loss)} back." if loss.forcing else "**Keep it:** put the resource back."
    stack, lost = (clipped(text, _LONGEST_NAME) for text in (loss.stacks[0], loss.change.name))
    # It is pasted into a shell.
    confirm = shlex.join(["gh", "workflow", "run", "remediate.yml", "-f", f"stack={stack}", "-f", f"confirm={lost}"])
    others = " (and so on for the other stacks)" if len(loss.stacks) > 1 else ""
    return f"{keep} **Or confirm the loss,** after the merge: {code(confirm)}{others}"
