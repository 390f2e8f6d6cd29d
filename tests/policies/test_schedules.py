"""A schedule is the longest time between two rotations."""

import pytest

from policies.schedules import ScheduleError, longest_days


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("rate(30 days)", 30),
        ("rate(1 day)", 1),
        (" rate( 12 hours ) ", 0.5),
        ("cron(0 8 * * ? *)", 1),
        ("cron(0 8 ? * * *)", 1),
        ("cron(0 8 */10 * ? *)", 10),
        ("cron(0 8 1/10 * ? *)", 10),
        ("cron(0 8 1 * ? *)", 31),
        ("cron(0 8 1,15 * ? *)", 31),
        ("cron(0 8 ? * MON *)", 7),
        ("cron(0 8 ? * 2,5 *)", 7),
        ("cron(0 8 ? * 2#1 *)", 35),
        ("cron(0 8 ? * 6L *)", 35),
        ("cron(0 8 1 */3 ? *)", 93),
        ("cron(0 8 1 1/2 ? *)", 62),
        ("cron(0 8 1 JAN ? *)", 372),
    ],
)
def test_the_longest_time_is_told(expression: str, days: float):
    assert longest_days(expression) == days


@pytest.mark.parametrize("expression", ["", "every day", "rate(1 week)", "rate(-1 days)", "cron(0 8 * * ?)"])
def test_what_is_no_schedule_is_refused(expression: str):
    with pytest.raises(ScheduleError, match="has neither automaticallyAfterDays nor a schedule that can be read"):
        longest_days(expression)


def test_a_schedule_of_one_year_ends():
    with pytest.raises(ScheduleError, match=r"^has a schedule for the year 2027 alone; rotation must go on$"):
        longest_days("cron(0 8 1 1 ? 2027)")
