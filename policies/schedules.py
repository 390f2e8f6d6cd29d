"""Secrets Manager's schedule expressions, as the longest time between two rotations."""

from __future__ import annotations

import re

_RATE = re.compile(r"rate\(\s*(\d+)\s+(hour|hours|day|days)\s*\)")
_CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)")
_HOURS_PER_DAY = 24
_LONGEST_MONTH = 31
_MONTHS = 12


class ScheduleError(ValueError):
    """An expression that Secrets Manager wouldn't take, or whose interval can't be told."""


def longest_days(expression: str) -> float:
    """Return the most days between two rotations; raise ScheduleError.

    Of `cron(minutes hours day month weekday year)` the forms that AWS documents are known: every n-th day,
    days of the month, weekdays, and months given as * or */n or n/m (Secrets Manager User Guide, schedules).
    """
    if match := _RATE.fullmatch(expression.strip()):
        count = int(match[1])
        return count / _HOURS_PER_DAY if match[2].startswith("hour") else count
    if match := _CRON.fullmatch(expression.strip()):
        return _cron_days(day=match[3], month=match[4], weekday=match[5], year=match[6])
    raise ScheduleError("has neither automaticallyAfterDays nor a schedule that can be read")


def _cron_days(*, day: str, month: str, weekday: str, year: str) -> float:
    if year != "*":
        raise ScheduleError(f"has a schedule for the year {year} alone; rotation must go on")
    months = _months_between(month)
    if months > 1:
        return months * _LONGEST_MONTH
    if weekday not in ("?", "*"):
        # `2#1` and `6L` are one day of the month, `MON` or `2,5` come every week.
        return _LONGEST_MONTH + 4 if ("#" in weekday or "L" in weekday.upper()) else 7
    if day in ("*", "?"):
        return 1
    # From the first on: every n-th day of a later one leaves out the days before it, or a whole month.
    if match := re.fullmatch(r"(?:\*|0?1)/(\d+)", day):
        return int(match[1])
    if "/" in day:
        return 2 * _LONGEST_MONTH
    # A list or range of days comes at least once a month.
    return _LONGEST_MONTH


def _months_between(month: str) -> int:
    if month == "*":
        return 1
    if match := re.fullmatch(r"(?:\*|\d+)/(\d+)", month):
        return int(match[1])
    return _MONTHS
