"""The limits know the versions and classes that AWS has, by data that somebody else keeps."""

import pytest

from policies.known.models import KnownClasses
from policies.limits import LIMITS_FILE, limits, load_limits
from program.project.definition import SERVICE
from tests.policies.engine_versions import (
    CLASSES_FILE,
    SOURCE,
    classes,
    classes_by_region,
    classes_text,
    text,
    versions,
)
from tests.policies.world import World

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


def test_the_known_classes_are_those_of_the_data():
    assert CLASSES_FILE.read_text(encoding="utf-8") == classes_text(), "run: python -m tests.policies.engine_versions"


def test_every_environment_may_take_a_class_that_its_regions_have():
    there = classes_by_region()

    for name, environment in limits().environments.items():
        for region in environment.regions:
            assert set(environment.database_instance_class) & there[region], f"{name} has no instances in {region}"


@pytest.mark.parametrize(
    ("regions", "lacking", "said"),
    [
        (["us-east-1"], {"db.r6g.large": [], "db.r6g.xlarge": []}, []),
        (
            ["us-east-1"],
            {"db.r6g.large": ["us-east-1"], "db.r6g.xlarge": []},
            [
                "instanceClass 'db.r6g.large' is not to be had in us-east-1 (a source); prod allows db.r6g.xlarge, "
                "which it has"
            ],
        ),
        (
            ["us-east-1"],
            {"db.r6g.large": ["us-east-1"]},
            ["instanceClass 'db.r6g.large' is not to be had in us-east-1 (a source); allow another"],
        ),
        (["us-east-1"], {}, ["instanceClass 'db.r6g.large' is none of Aurora PostgreSQL, as a source has them; "]),
        (["eu-west-1"], {"db.r6g.large": []}, ["a source knows no region us-east-1; "]),
    ],
    ids=["there", "another", "none", "no-class", "no-region"],
)
def test_a_class_that_the_region_lacks_is_refused_before_anything_is_made(monkeypatch, regions, lacking, said):
    world = World("prod", load_limits())
    known = KnownClasses(schemaVersion=1, source="a source", regions=regions, lacking=lacking)
    monkeypatch.setattr("policies.rules.instances.known_classes", lambda: known)

    found = [line for line in world.judge("rds-instance-class") if "database-instance-0" in line]

    assert len(found) == len(said)
    assert all(part in line for part, line in zip(said, found, strict=True)), found
