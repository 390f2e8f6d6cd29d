"""What AWS has of Aurora PostgreSQL: `python -m tests.policies.engine_versions` writes its versions and classes anew.

Both are of cfn-lint's data, and say of which version of it. The versions stand in the limits, for the major one that
they name; the instance classes stand in policies/known, each with the regions that lack it.
"""

import json
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import cfnlint

from policies.known.tables import CLASSES, FOLDER
from policies.limits import LIMITS_FILE, load_limits

ENGINE = "aurora-postgresql"
CLASSES_FILE = FOLDER / f"{CLASSES}.yaml"
DATA = Path(cfnlint.__file__).parent / "data" / "schemas" / "extensions"
SOURCE = f"cfn-lint {version('cfn-lint')}"
_LISTS = re.compile(r"(# Both lists are of )[^:]+(:.*\n\s+supported: )\[.*\](\n\s+retired: )\[.*\]")


@cache
def _conditions(service, name):
    """The data's own form: an engine (and versions) to which something applies, and what."""
    return json.loads((DATA / f"aws_rds_{service}" / f"{name}.json").read_text())["allOf"]


def _of_engine(conditions):
    return [item for item in conditions if item["if"]["properties"]["Engine"].get("const") == ENGINE]


def versions(major):
    """Return the versions of the major one that can be created, and those that AWS has retired."""
    (known,) = _of_engine(_conditions("dbcluster", "engine_version"))
    (retired,) = _of_engine(_conditions("dbcluster", "engine_version_deprecated"))
    gone = set(retired["if"]["properties"]["EngineVersion"]["enum"])
    of_major = [
        item for item in known["then"]["properties"]["EngineVersion"]["enum"] if re.fullmatch(rf"{major}\.\d+", item)
    ]
    of_major.sort(key=lambda item: int(item.partition(".")[2]))
    return [item for item in of_major if item not in gone], [item for item in of_major if item in gone]


def classes(engine_version):
    """Return the instance classes that AWS has for the version."""
    found = set()
    for item in _of_engine(_conditions("dbinstance", "db_instance_class")):
        if re.match(item["if"]["properties"]["EngineVersion"]["pattern"], engine_version):
            found |= set(item["then"]["properties"]["DBInstanceClass"]["enum"])
    return found


def text(before):
    """Return the text of the limits with the lists as the data has them."""
    supported, retired = (
        json.dumps(items) for items in versions(load_limits(LIMITS_FILE).common.database_engine.major)
    )
    written, count = _LISTS.subn(rf"\g<1>{SOURCE}\g<2>{supported}\g<3>{retired}", before)
    assert count == 1, f"{LIMITS_FILE.name}: the lists of versions stand otherwise; mend {Path(__file__).name}"
    return written


def classes_by_region():
    """Return the instance classes of Aurora PostgreSQL in each region that the data knows."""
    of_regions = json.loads((DATA / "aws_rds_dbinstance" / "dbinstanceclass_enum.json").read_text())
    return {
        region: set().union(
            *(item["then"]["properties"]["DBInstanceClass"]["enum"] for item in _of_engine(found["allOf"]))
        )
        for region, found in sorted(of_regions.items())
    }


def classes_text():
    """Return the text of the known instance classes."""
    there = classes_by_region()
    lines = [
        "# Written by `python -m tests.policies.engine_versions`: change that, not this.",
        "",
        "schemaVersion: 1",
        f"source: {SOURCE}",
        f"regions: [{', '.join(there)}]",
        "# Where AWS has no such instances.",
        "lacking:",
    ]
    for name in sorted(set().union(*there.values())):
        lacking = [region for region, found in there.items() if name not in found]
        lines.append(f"  {name}: [{', '.join(lacking)}]")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    CLASSES_FILE.write_text(classes_text(), encoding="utf-8")
    LIMITS_FILE.write_text(text(LIMITS_FILE.read_text(encoding="utf-8")), encoding="utf-8")
