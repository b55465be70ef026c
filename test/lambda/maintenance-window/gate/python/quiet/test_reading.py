"""What of an earlier reading counts on."""

from patient_lambda_gate.quiet.reading import reconciled
from windows import reading

EARLY = "until 2027-06-01T00:00Z"
LATE = "until 2027-07-01T00:00Z"


def test_a_newer_operators_value_is_kept_with_its_version_and_time():
    found = reconciled(reading("auto", modified=1000, version=7, stale="old"), reading("on # db", modified=2000, version=8))
    assert (found.operator.mode, found.operator.reason, found.version, found.last_modified, found.stale) == ("on", "db", 8, 2000, "old")


def test_an_older_or_the_same_operators_value_is_replaced():
    for modified in (1000, 2000):
        found = reconciled(reading("auto", modified=2000, version=7), reading("on", modified=modified, version=7))
        assert (found.operator.mode, found.version, found.last_modified) == ("auto", 7, 2000)


def test_a_planned_value_that_could_not_be_read_is_the_earlier_one():
    found = reconciled(reading("auto", None, "gone"), reading("auto", EARLY))
    assert (found.planned is not None, found.planned_failure) == (True, "gone")


def test_a_planned_value_that_was_read_or_is_not_configured_counts_whatever_was_known():
    assert reconciled(reading("auto", LATE), reading("on", EARLY, modified=1)).planned.horizon > reading("auto", EARLY).planned.horizon
    assert reconciled(reading("auto"), reading("auto", EARLY)).planned is None
