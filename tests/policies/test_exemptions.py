# ruff: noqa: E501  # whole messages, each on a line
"""Exemptions: exact, owned, needed, and gone on a day."""

import datetime

import pytest

from policies.context import TODAY_VARIABLE, today
from policies.exemptions import EXEMPTIONS_VARIABLE, load_exemptions
from policies.schema import ReviewedFileError
from tests.policies.world import World, every, exempt, put

BROKEN = put("database-cluster", "copyTagsToSnapshot", False)
FAILED = "database-cluster: copyTagsToSnapshot is false; it must be true"
ENTRY = """exemptions:
  - rule: rds-copy-tags
    resource: database-cluster
    environment: dev
    reason: Why this is right for now.
    owner: team
    expires: 2027-01-31
"""


def after(*changes: object) -> list[str]:
    world = World()
    every(BROKEN, *changes)(world)  # type: ignore[arg-type]
    return world.judge("rds-copy-tags", "exemptions", "exemptions-expiring")


def test_without_one_the_rule_fails():
    assert after() == [FAILED]


@pytest.mark.parametrize(
    "resource", ["database-cluster", "database-*", "urn:pulumi:prod::parity::tap:stack:TapStack$tap:components:Database$aws:rds/cluster:Cluster::database-cluster"]
)  # fmt: skip
def test_it_excuses_the_resource_that_it_names(resource: str):
    assert after(exempt("rds-copy-tags", resource=resource)) == [
        "database-cluster: exempt: A test asks for it. (team, until 2027-01-21): " + FAILED.partition(": ")[2]
    ]


@pytest.mark.parametrize("given", [{"resource": "database-logs"}, {"environment": "dev"}])
def test_it_excuses_nothing_else(given: dict[str, str]):
    assert FAILED in after(exempt("rds-copy-tags", **given))


def test_a_rule_of_the_same_name_in_part_is_not_excused():
    assert FAILED in after(exempt("rds-copy"))


def test_on_its_last_day_it_still_holds_and_warns():
    said = after(exempt("rds-copy-tags", days=0))

    assert FAILED not in said
    assert said[-1] == (
        "stack: rds-copy-tags for * in prod: expires on 2027-01-01, in 0 days; mend the resource before"
    )


def test_a_day_later_the_rule_fails_and_the_exemption_too():
    assert after(exempt("rds-copy-tags", days=-1)) == [
        FAILED,
        "stack: rds-copy-tags for * in prod: expired on 2026-12-31; mend the resource and remove the exemption",
    ]


@pytest.mark.parametrize(("days", "warned"), [(14, True), (15, False)])
def test_it_warns_two_weeks_ahead(days: int, warned):
    assert any("mend the resource before" in line for line in after(exempt("rds-copy-tags", days=days))) is warned


@pytest.mark.parametrize(("days", "refused"), [(30, False), (31, True)])
def test_none_reaches_further_than_the_environment_allows(days: int, refused):
    assert any("more than the 30 days" in line for line in after(exempt("rds-copy-tags", days=days))) is refused


def test_every_finding_about_the_whole_stack_is_excused_by_a_glob_alone():
    world = World()
    every(exempt("lambda-cpu", resource="*"))(world)
    world.config["parity:lambdaCpu"] = "4"

    assert world.judge("lambda-cpu") == [
        "stack: exempt: A test asks for it. (team, until 2027-01-21): parity:lambdaCpu is 4; prod allows 2"
    ]


def test_the_file_is_read_from_the_place_that_the_variable_names(tmp_path, monkeypatch):
    path = tmp_path / "exemptions.yaml"
    path.write_text(ENTRY)
    monkeypatch.setenv(EXEMPTIONS_VARIABLE, str(path))

    (exemption,) = load_exemptions()

    assert str(exemption) == "rds-copy-tags for database-cluster in dev"
    assert exemption.expires == datetime.date(2027, 1, 31)


def test_the_file_that_ships_is_empty():
    assert load_exemptions() == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2027-01-31", "31.1.2027", "exemptions.0.expires is '31.1.2027'; it must be a date such as 2027-01-31"),
        ("2027-01-31", "20", "exemptions.0.expires is 20; it should be a valid date"),
        ("    owner: team\n", "", "exemptions.0.owner is missing"),
        ("Why this is right for now.", "Short", "should have at least 10 characters"),
        ("    owner:", "    ower:", "unknown key 'exemptions.0.ower'; did you mean 'owner'?"),
    ],
)
def test_a_wrong_entry_is_one_line_with_its_place(tmp_path, old: str, new: str, said: str):
    path = tmp_path / "exemptions.yaml"
    path.write_text(ENTRY.replace(old, new))

    with pytest.raises(ReviewedFileError) as error:
        load_exemptions(path)

    assert any(said in problem for problem in error.value.problems), error.value.problems


def test_today_is_the_clocks_unless_it_is_given():
    assert today({TODAY_VARIABLE: "2030-02-03"}) == datetime.date(2030, 2, 3)
    assert today({}) == datetime.datetime.now(tz=datetime.UTC).date()
