"""Dates of the Gregorian calendar. Python's own module for them would be loaded for this alone, under a name that user code has too."""

from __future__ import annotations

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def epoch_day(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01. Raises ValueError for a date that there is not."""
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= LENGTHS[month - 1] + (is_leap and month == 2):
        raise ValueError(f"{year}-{month}-{day} is not a date")
    # Counted in years that begin in March, so that a leap day is the last of its year
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 719469
