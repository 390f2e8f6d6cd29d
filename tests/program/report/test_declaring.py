"""What is printed to declare a difference is what environments.yaml takes, as it is."""

import pytest
import yaml

from policies.limits import LIMITS_FILE, load_limits
from program.manifest.differences import Difference
from program.manifest.parity import CONFIGURATION
from program.report.content.declaring import MOST_DECLARED, declaring_lines


def difference(resource, prop):
    return Difference(resource=resource, property=prop, values={"dev": 1, "prod": 2}, declared=False)


def test_a_setting_is_scaling_and_a_property_is_a_difference():
    found = [
        difference(CONFIGURATION, "lambda.timeoutSeconds"),
        difference("aws:lambda/function:Function::lambda-app-function", "timeout"),
    ]

    assert declaring_lines(found) == [
        "scaling:",
        "  - {path: lambda.timeoutSeconds, reason: ...}",
        "differences:",
        "  - type: aws:lambda/function:Function",
        "    name: lambda-app-function",
        "    property: timeout",
        "    reason: ...",
    ]


def test_the_lines_stand_in_the_file_as_they_are_printed(tmp_path):
    lines = declaring_lines([difference("aws:lambda/function:Function::lambda-app-function", "timeout")])
    text = LIMITS_FILE.read_text().replace("\ndifferences:\n", "\n" + "\n".join(lines) + "\n", 1)
    text = text.replace("reason: ...", "reason: Load differs between environments.")
    file = tmp_path / LIMITS_FILE.name
    file.write_text(text)

    assert load_limits(file).differences[0].property == "timeout"


@pytest.mark.parametrize("name", ["a: b", "x`y", "- z", "a#b", "7", "", "ends:", "{a}", "a\nb", "*", "é"])
def test_a_name_that_means_something_in_yaml_is_quoted_and_leaves_no_block_of_code(name):
    (_, line) = declaring_lines([difference(CONFIGURATION, name)])

    assert yaml.safe_load(line) == [{"path": name, "reason": "..."}]
    assert "`" not in line


def test_of_very_many_differences_the_first_are_printed():
    lines = declaring_lines([difference(CONFIGURATION, f"a.b{number}") for number in range(100)])

    assert len(lines) == 1 + MOST_DECLARED
