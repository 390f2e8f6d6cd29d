"""The limits know the versions and classes that AWS has, by data that somebody else keeps."""

import pytest

from policies.limits import LIMITS_FILE, limits
from program.project.definition import SERVICE
from tests.policies.engine_versions import SOURCE, classes, text, versions

ENGINE = limits().common.database_engine


def test_the_versions_are_those_of_the_data():
    before = LIMITS_FILE.read_text(encoding="utf-8")

    assert text(before) == before, "run: python -m tests.policies.engine_versions, then review the diff"
    assert SOURCE in before


def test_the_default_version_can_be_created():
    default = SERVICE.defaults()["parity:databaseEngineVersion"]

    assert default in versions(ENGINE.major)[0], "AWS no longer creates it; raise the default in Pulumi.yaml"


@pytest.mark.parametrize("version", ENGINE.supported)
@pytest.mark.parametrize("class_", limits().common.instance_memory_gib)
def test_every_class_that_an_environment_may_take_is_there_for_every_version(version, class_):
    assert class_ in classes(version), f"AWS has no {class_} for {version}"


def test_another_major_version_has_lists_of_its_own():
    supported, retired = versions(16)

    assert all(version.startswith("16.") for version in (*supported, *retired))
    assert "16.1" in retired
    assert not any("limitless" in version for version in supported)


def test_a_class_that_aws_does_not_have_is_not_found():
    assert "db.t4g.micro" not in classes(ENGINE.supported[0])
