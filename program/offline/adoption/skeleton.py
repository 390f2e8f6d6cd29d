"""The skeleton of a component: its class, what is known of it, and its test, for one type of resource."""

from __future__ import annotations

import importlib
import inspect
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from policies.known.tables import known
from policies.known.worlds import SERVICE
from program.errors import CouldNotRunError

# `aws:sqs/queue:Queue`: the module of the SDK, and the class.
TYPE = re.compile(r"aws:(?P<module>[a-z0-9]+)/[a-zA-Z0-9]+:(?P<class>[A-Z][A-Za-z0-9]+)")
NAME = re.compile(r"[a-z][a-z0-9]{1,20}")

_COMPONENT = Template('''"""$Class: what it is for, in a sentence."""

from __future__ import annotations

import pulumi
from pulumi_aws import $module

from program.service.components.foundation import Foundation


class ${Class}Component(pulumi.ComponentResource):
    """What it makes, and why."""

    $name: $module.$Resource

    def __init__(self, name: str, *, foundation: Foundation, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the $Resource under the stack's own names and tags."""
        super().__init__("tap:components:$Class", name, None, opts)
        self.$name = $module.$Resource(
            f"{name}-$name",
            name=foundation.names.physical("$name", "main"),
            tags=foundation.names.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"arn": self.$name.arn})
''')
_KNOWN = Template("""# yaml-language-server: $$schema=../known.schema.json
#
# The component $Class: what it may make, and which values are good.

schemaVersion: 1

types:
  tap:components:$Class:
    reason: A component of the program; its resources are judged one by one.
    properties: {"*": {free: What a component hands on is no resource of AWS.}}
""")
_KNOWN_TYPE = Template("""
  $type:
    reason: What the $name is for, in a sentence.
    # What AWS answers, as the check simulates it. Yours to say: how its ARN ends, as in AWS's Service Authorization
    # Reference (`$${name}`, `table/$${name}`), here and in the calls, which the check asks for.
    answer:
      id: $${name}
      arn: "arn:aws:$module:$${region}:$${account}:$${name}"
    properties:
      name: {name: "$${environment}-$name-*-$${suffix}", required: true}
      region: {rule: environment}
      tags.Environment: {name: "$${environment}", required: true}
      tags.EnvironmentSuffix: {name: "$${suffix}", required: true}
      tags.ManagedBy: {is: pulumi, required: true}
      tags.Project: {free: The project's name; compared across stacks.}
    resources:
      $name-$name: {required: What fails without it.}
""")
_TEST = Template('''"""$Class: what it makes in every stack."""

import pytest

from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.program.recorded import find, recorded


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_every_stack_has_one_under_its_own_name(stack):
    made = find(recorded(stack), "$name-$name")

    assert made.type == "$type"
    assert made.inputs["name"].startswith(f"{made.inputs['tags']['Environment']}-")
''')
_CONFTEST = '''"""Pulumi's runtime is global to the process: a test leaves none of it to the next."""

from tests.program.conftest import a_fresh_runtime

__all__ = ("a_fresh_runtime",)
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """The files of a component by their paths, the lines that are for stack.py, and what is `left` for a person."""

    files: Mapping[str, str]
    left: str
    imported: str
    called: str


def skeleton(name: str, type_: str) -> Skeleton:
    """Return the skeleton; raise CouldNotRunError for a type that the provider's SDK doesn't have.

    A type that is known already stands in its one file: only the component is new then.
    """
    match = TYPE.fullmatch(type_)
    if match is None:
        raise CouldNotRunError(f"{type_!r} is no type of the AWS provider; it has the form aws:sqs/queue:Queue")
    # As the SDK names a module that Python has a word for.
    module = f"{match['module']}_" if keyword.iskeyword(match["module"]) else match["module"]
    if keyword.iskeyword(name):
        raise CouldNotRunError(f"{name!r} is a word of Python; give the component another name")
    _must_be_named(module, match["class"], type_)
    words = {"name": name, "Class": name.capitalize(), "type": type_, "module": module, "Resource": match["class"]}
    path = f"policies/known/service/{name}.yaml"
    standing = known(SERVICE).files.get(type_, path)
    text = _KNOWN.substitute(words)
    if standing == path:
        text += _KNOWN_TYPE.substitute(words | {"module": match["module"]})
        left = f"say in {path}: how its ARN ends, what AWS is asked for it, what it is for"
    else:
        left = f"add to {standing}, under {type_}, `resources`: {name}-{name}: {{required: What fails without it.}}"
    return Skeleton(
        left=left,
        files={
            f"program/service/components/{name}.py": _COMPONENT.substitute(words),
            path: text,
            f"tests/own/test_{name}.py": _TEST.substitute(words),
            "tests/own/conftest.py": _CONFTEST,
        },
        imported=f"from program.service.components.{name} import {name.capitalize()}Component",
        called=f'{name.capitalize()}Component("{name}", foundation=foundation, opts=child)',
    )


def _must_be_named(module: str, class_: str, type_: str) -> None:
    """Raise CouldNotRunError unless the SDK has the class, and resources of it have a name and tags."""
    try:
        found = getattr(importlib.import_module(f"pulumi_aws.{module}"), class_)
    except (ImportError, AttributeError):
        raise CouldNotRunError(
            f"{type_}: pulumi_aws has no {module}.{class_}; take the type from the provider's documentation"
        ) from None
    if f"'{type_}'" not in inspect.getsource(found):
        raise CouldNotRunError(
            f"{type_}: pulumi_aws registers {module}.{class_} as another type; the provider's documentation has it"
        )
    takes = inspect.signature(found._internal_init).parameters  # noqa: SLF001  # the SDK says it nowhere else
    if missing := {"name", "tags"} - set(takes):
        raise CouldNotRunError(
            f"{type_} takes no {' and no '.join(sorted(missing))}; begin a component with the resource that has them"
        )
