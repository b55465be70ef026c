"""Dates."""

import datetime

import pytest
from patient_lambda_python.dates import epoch_day


def test_days_are_counted_as_the_calendar_has_them():
    first = datetime.date(1, 1, 1)
    for number in range(0, 1_500_000, 13):
        day = first + datetime.timedelta(number)
        assert epoch_day(day.year, day.month, day.day) == (day - datetime.date(1970, 1, 1)).days


@pytest.mark.parametrize("date", [(0, 1, 1), (2027, 0, 1), (2027, 13, 1), (2027, 4, 31), (2027, 2, 29), (1900, 2, 29), (2027, 1, 0)])
def test_a_date_that_there_is_not_is_refused(date):
    with pytest.raises(ValueError):
        epoch_day(*date)


def test_a_leap_day_is_one():
    assert epoch_day(2028, 3, 1) - epoch_day(2028, 2, 29) == epoch_day(2000, 3, 1) - epoch_day(2000, 2, 29) == 1
