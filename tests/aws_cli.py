"""What a command of AWS's CLI asks for, asked by its SDK: both take operations and parameters from the same model."""

from __future__ import annotations

import re
import shlex
from typing import Any

from botocore import xform_name


def asked(client: Any, command: str, **given: str) -> dict[str, Any]:
    """Ask AWS what the command would, with a value for each of its words in capitals, and return what it answers."""
    program, service, operation, *words = shlex.split(command)
    api = {"s3api": "s3"}.get(service, service)
    assert (program, api) == ("aws", client.meta.service_model.service_name), command
    methods = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    shape = client.meta.service_model.operation_model(methods[operation]).input_shape
    options = {f"--{xform_name(name, '-')}": name for name in shape.members}
    values = [re.sub(r"[A-Z]{4,}", lambda word: given.get(word[0], word[0]), value) for value in words[1::2]]
    arguments = {options[option]: value for option, value in zip(words[::2], values, strict=True)}
    answer: dict[str, Any] = getattr(client, xform_name(methods[operation]))(**arguments)
    return answer
