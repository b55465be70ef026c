"""What counts of readings that may be out of date: of the mirror, and of Parameter Store in its place."""

import threading

from patient_lambda_gate.quiet.known_window import UnknownWindow
from windows import TTL, is_on, quiet_span, reading


def test_an_older_value_never_replaces_a_newer_one_of_the_operators(make, reporter):
    learned, behind = reading("on # db", modified=2000, version=8), reading("auto", modified=1000, version=7)
    cache, reader, clock = make(learned, behind)
    for _ in range(3):
        state = cache.state(60_000)
        assert (state.decision.on, state.decision.reason, state.version) == (True, "db", 8)
        clock.now += TTL
    assert (len(reader.budgets), reporter.metrics) == (3, [])


def test_a_parameter_that_was_made_again_replaces_the_one_that_it_was(make):
    cache, _, clock = make(reading("on", modified=1000, version=40), reading("auto", modified=2000, version=1))
    assert is_on(cache) is True
    clock.now += TTL
    state = cache.state(60_000)
    assert (state.decision.on, state.version) == (False, 1)


def test_a_reading_that_may_be_out_of_date_counts_and_somebody_is_told(make, reporter):
    cache, reader, clock = make(*[reading("on", stale="checked at 1")] * 2, reading("on", stale="checked at 2"), reading("on"))
    for _ in range(4):
        assert is_on(cache) is True
        clock.now += TTL
    assert (len(reader.budgets), reporter.metrics) == (4, ["windowStale"] * 3)
    assert reporter.lines == [
        "the maintenance window could not be read (the last known value counts): checked at 1",
        "the maintenance window could not be read (the last known value counts): checked at 2",
        "the maintenance window can be read again",
    ]


def test_a_reading_that_may_be_out_of_date_is_as_quiet_as_another(make):
    cache, _, clock = make(reading("auto", stale="checked at 1"))
    cache.state(60_000)
    assert quiet_span(cache, clock) == (0, TTL)


def read_so_far(cache):
    """The read under way, when it has brought its first reading and hangs."""
    pending = cache._pending
    while pending.reading is None:
        assert not pending.wait(1)
    return pending


def test_what_is_known_so_far_counts_when_the_rest_of_a_read_hangs(make, reporter):
    arrives = threading.Event()
    cache, reader, clock = make([reading("on", stale="not yet"), arrives, reading("auto", modified=1)])
    cache.start()
    pending = read_so_far(cache)
    for _ in range(2):
        assert cache.state(40).decision.on is True
    assert (len(reader.budgets), reporter.metrics) == (1, ["windowStale"])
    arrives.set()
    assert pending.wait(5_000)
    assert is_on(cache) is False
    assert (len(reader.budgets), reporter.metrics, len(reporter.lines)) == (1, ["windowStale"], 2)


def test_the_rest_of_a_read_is_waited_for_although_something_is_known(make, reporter):
    arrives = threading.Event()
    cache, _, _ = make([reading("on", stale="not yet"), arrives, reading("auto", modified=1)])
    cache.start()
    read_so_far(cache)
    timer = threading.Timer(0.05, arrives.set)
    timer.start()
    assert is_on(cache) is False
    assert reporter.metrics == []
    timer.join()


def test_the_end_of_a_read_that_says_no_more_is_not_told_again(make, reporter):
    arrives = threading.Event()
    cache, _, _ = make([reading("on", stale="not yet"), arrives, reading("on", stale="did not answer")])
    cache.start()
    pending = read_so_far(cache)
    assert cache.state(40).decision.on is True
    arrives.set()
    assert pending.wait(5_000)
    assert is_on(cache) is True
    assert (cache._pending, reporter.metrics, len(reporter.lines)) == (None, ["windowStale"], 1)


def test_what_is_known_when_a_read_was_given_up_counts_for_the_next_invocation(make, reporter):
    first, second = threading.Event(), threading.Event()
    cache, _, clock = make([first, reading("on", stale="not yet"), second])
    assert isinstance(cache.state(40), UnknownWindow)
    first.set()
    read_so_far(cache)
    assert is_on(cache) is True
    assert reporter.metrics == ["windowStale"] * 2
    second.set()


def test_a_read_that_breaks_after_its_first_reading_names_what_broke(make, reporter):
    cache, _, _ = make([reading("on"), KeyError("x")])
    assert is_on(cache) is True
    assert reporter.metrics == ["windowStale"]
    assert reporter.lines[0].endswith(": KeyError: 'x'")


def test_a_mirror_that_hangs_is_named_as_such(make):
    never = threading.Event()
    cache, _, _ = make(never, PATIENT_LAMBDA_OPERATOR_PARAMETER="/cdk-patient-lambda/windows/s/w/operator")
    assert cache.state(40).cause == "neither the mirror nor Parameter Store answered within 10 ms"
    never.set()


def test_what_keeps_the_mirror_from_being_read_is_counted_each_time_and_said_once(make, reporter):
    readings = [reading("auto") for _ in range(4)]
    for index in (0, 1, 3):
        readings[index].mirror_failure = "denied"
    cache, _, clock = make(*readings)
    for _ in readings:
        cache.state(60_000)
        clock.now += TTL
    assert reporter.metrics == ["windowStale"] * 3
    assert reporter.lines == ["the mirror of the maintenance window could not be read, so Parameter Store was asked: denied"] * 2
