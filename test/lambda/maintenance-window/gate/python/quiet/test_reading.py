"""What of an earlier reading counts on."""

from patient_lambda_gate.quiet.reading import latest
from windows import reading

EARLY = "until 2027-06-01T00:00Z"
LATE = "until 2027-07-01T00:00Z"


def test_a_newer_operators_value_is_kept_with_its_version_and_time():
    found = latest(reading("on # db", modified=2000, version=8), reading("auto", modified=1000, version=7, stale="old"))
    assert (found.operator.mode, found.operator.reason, found.version, found.last_modified, found.stale) == ("on", "db", 8, 2000, "old")


def test_an_older_or_the_same_operators_value_is_replaced():
    for modified in (1000, 2000):
        found = latest(reading("on", modified=modified, version=7), reading("auto", modified=2000, version=7))
        assert (found.operator.mode, found.version, found.last_modified) == ("auto", 7, 2000)


def test_the_first_reading_is_all_that_is_known():
    read = reading("auto", None, "gone")
    assert latest(None, read) is read


def test_a_planned_value_that_could_not_be_read_is_the_earlier_one():
    found = latest(reading("auto", EARLY), reading("auto", None, "gone"))
    assert (found.planned is not None, found.planned_failure) == (True, "gone")


def test_a_planned_value_that_the_mirror_had_is_kept_although_parameter_stores_could_not_be_read():
    found = latest(reading("auto", EARLY), reading("auto", LATE, "gone"))
    assert (found.planned.horizon, found.planned_failure) == (reading("auto", LATE).planned.horizon, "gone")


def test_a_planned_value_that_was_read_or_is_not_configured_counts_whatever_was_known():
    assert latest(reading("on", EARLY, modified=1), reading("auto", LATE)).planned.horizon > reading("auto", EARLY).planned.horizon
    assert latest(reading("auto", EARLY), reading("auto")).planned is None
