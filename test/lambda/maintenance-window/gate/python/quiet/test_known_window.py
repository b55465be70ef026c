"""What holds for one invocation, by the rules of the window's values and without them."""

import pytest
from patient_lambda_gate.quiet.known_window import judge
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.window.decision import NEVER
from rows import NOW
from windows import is_on, quiet_span, reading

PLANNED = "until 2100-01-01T00:00Z"


def test_what_nobody_has_touched_is_off_for_good_by_the_rules_too(environment):
    untouched = reading("auto", version=1, modified=NOW)
    assert untouched.is_untouched()
    window, change = judge(untouched, Settings(environment), NOW)
    assert (window.decision.on, window.is_guarded, window.version, change) == (False, False, 1, NEVER)


@pytest.mark.parametrize(
    "touched",
    [
        reading("auto", version=2),
        reading("off", version=1),
        reading("on", version=1),
        reading("auto # soon", version=1),
        reading("auto;2027-01-15T08:00:10Z/PT5S", version=1),
        reading("auto", PLANNED, version=1),
        reading("auto", failure="there is no planned parameter", version=1),
    ],
    ids=["written again", "off", "on", "a reason", "an interval", "a plan", "a plan that cannot be read"],
)
def test_what_somebody_has_touched_is_judged(touched):
    assert not touched.is_untouched()


def test_what_nobody_has_touched_is_quiet_until_its_refresh(make):
    cache, reader, clock = make(reading("auto", version=1, modified=NOW), reading("on", modified=NOW + 1))
    assert cache.becomes_quiet(60_000)
    start, end = quiet_span(cache, clock)
    assert (start, len(reader.budgets)) == (0, 1)
    clock.now += end
    assert not cache.becomes_quiet(60_000)
    assert (is_on(cache), len(reader.budgets)) == (True, 2)


def test_a_value_that_somebody_writes_ends_the_quiet_of_one_that_nobody_had_touched(make):
    cache, _, clock = make(reading("auto", version=1), reading("auto;2027-01-15T08:00:40Z/PT5S", version=2))
    assert cache.becomes_quiet(60_000)
    clock.now += 30_000
    assert cache.becomes_quiet(60_000)
    assert quiet_span(cache, clock) == (0, 10_000)
