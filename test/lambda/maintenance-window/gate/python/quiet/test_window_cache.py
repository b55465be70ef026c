"""How old what the gate knows may be, and what counts while it cannot be read."""

import threading

import pytest
from contract_files import contract_file
from fake_services import Clock
from patient_lambda_gate.quiet.known_window import KnownWindow, UnknownWindow
from patient_lambda_gate.quiet.reading import ReadFailed
from windows import TTL, is_on, ms, quiet_span, reading

TIMEOUT = float("inf")


def test_a_value_is_read_once_until_it_is_old(make):
    cache, reader, clock = make(reading("auto"), reading("on"))
    assert [is_on(cache), is_on(cache)] == [False, False]
    clock.now += TTL - 1
    assert is_on(cache) is False
    clock.now += 1
    assert is_on(cache) is True
    assert reader.budgets == [1000, 300]


def test_the_age_of_a_refresh_is_drawn_for_each_read(make):
    drawn = []
    cache, reader, clock = make(reading("auto"), draw=lambda: drawn.append(1) or 0.0)
    cache.state(60_000)
    clock.now += TTL * 0.8
    cache.state(60_000)
    assert (len(reader.budgets), len(drawn)) == (2, 2)


def test_a_clock_that_steps_back_leads_to_a_refresh(make):
    cache, reader, clock = make(reading("auto"), reading("on"))
    cache.state(60_000)
    clock.now -= 10_000
    assert is_on(cache) is True
    assert len(reader.budgets) == 2


def test_an_edge_is_exact_from_a_cached_value(make):
    cache, reader, clock = make(reading("auto;2027-01-15T08:00:10Z/PT5S"))  # the clock starts at 08:00:00
    assert is_on(cache) is False
    clock.now += 9_999
    assert is_on(cache) is False
    clock.now += 1
    assert is_on(cache) is True
    clock.now += 5_000
    assert is_on(cache) is False
    assert len(reader.budgets) == 1


def test_the_quiet_time_ends_with_the_next_edge_or_refresh(make):
    cache, _, clock = make(reading("auto;2027-01-15T08:00:10Z/PT5S"))
    cache.state(60_000)
    assert quiet_span(cache, clock) == (0, 10_000)
    clock.now += 10_000
    cache.state(60_000)
    assert not cache.is_quiet(clock.now)
    far, _, clock = make(reading("auto"))
    far.state(60_000)
    assert quiet_span(far, clock) == (0, TTL)


def test_nothing_is_quiet_while_retries_are_looked_for(make):
    cache, _, clock = make(reading("auto", modified=Clock().now - 60_000))
    assert cache.state(60_000).is_guarded is True
    assert not cache.is_quiet(clock.now)


@pytest.mark.parametrize(("age", "budget"), [(1, 300), (2, 300), (2.01, 1000)])
def test_an_old_value_is_read_with_the_cold_budget(make, age, budget):
    cache, reader, clock = make(reading("auto"))
    cache.state(60_000)
    clock.now += TTL * age
    cache.state(60_000)
    assert reader.budgets[-1] == budget


def test_a_cold_read_takes_no_more_than_a_quarter_of_the_time_that_is_left(make):
    cache, reader, _ = make(reading("auto"))
    cache.state(800)
    assert reader.budgets == [200]


def test_a_failed_refresh_leaves_the_last_known_value(make, reporter):
    cache, _, clock = make(reading("on"), ReadFailed("AccessDeniedException"))
    cache.state(60_000)
    clock.now += TTL
    state = cache.state(60_000)
    assert isinstance(state, KnownWindow) and state.decision.on is True
    assert reporter.metrics == ["windowStale"]
    assert "the last known value counts" in reporter.lines[0] and "AccessDeniedException" in reporter.lines[0]


def test_the_last_known_value_counts_for_ten_times_the_ttl(make):
    cache, _, clock = make(reading("on"), ReadFailed("x"))
    cache.state(60_000)
    clock.now += 10 * TTL
    assert is_on(cache) is True
    clock.now += 1
    state = cache.state(60_000)
    assert isinstance(state, UnknownWindow) and state.cause == "x"


def test_a_failure_is_not_asked_again_by_every_invocation(make, reporter):
    cache, reader, clock = make(ReadFailed("x"), ReadFailed("x"), reading("auto"))
    for _ in range(5):
        assert is_on(cache) is None
    assert len(reader.budgets) == 1
    clock.now += 5_000
    assert is_on(cache) is None
    clock.now += 5_000
    assert is_on(cache) is False
    assert (len(reader.budgets), reporter.metrics) == (3, ["windowStale"] * 2)
    assert [line.split(":")[0] for line in reporter.lines] == [
        "the maintenance window could not be read (onWindowUnknown",
        "the maintenance window can be read again",
    ]


@pytest.mark.parametrize(
    ("draw", "ages"),
    [
        (0.0, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]),
        (1.0, [125, 250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]),
    ],
)
def test_failures_in_a_row_are_remembered_ever_longer_never_beyond_the_ttl(make, draw, ages):
    cache, reader, clock = make(*[ReadFailed("x")] * len(ages), reading("auto"), ReadFailed("x"), draw=lambda: draw)
    for asked, age in enumerate(ages):
        cache.state(60_000)
        assert len(reader.budgets) == asked + 1
        clock.now += age - 1
        cache.state(60_000)
        assert len(reader.budgets) == asked + 1
        clock.now += 1
    assert is_on(cache) is False
    clock.now += TTL
    cache.state(60_000)
    asked = len(reader.budgets)
    clock.now += ages[0]
    cache.state(60_000)
    assert len(reader.budgets) == asked + 1


def test_a_short_ttl_shortens_the_memory_of_failures(make):
    cache, reader, clock = make(ReadFailed("x"), PATIENT_LAMBDA_CACHE_TTL="2")
    cache.state(60_000)
    clock.now += 2_000
    cache.state(60_000)
    assert len(reader.budgets) == 2


def test_each_change_of_cause_is_logged_once(make, reporter):
    cache, _, clock = make(ReadFailed("a"), ReadFailed("a"), ReadFailed("b"), ReadFailed("b"))
    for _ in range(4):
        cache.state(60_000)
        clock.now += 5_000
    assert [line.rpartition(" ")[2] for line in reporter.lines] == ["a", "b"]


def test_an_error_of_the_reader_itself_is_a_failed_read(make, reporter):
    cache, _, _ = make(KeyError("x"))
    assert cache.state(60_000).cause == "KeyError: 'x'"


def test_a_planned_part_that_cannot_be_read_leaves_the_last_known_one(make, reporter):
    planned = "until 2027-06-01T00:00Z;2027-01-15T07:00Z/PT4H"
    cache, _, clock = make(reading("auto", planned), reading("auto # r", None, "parameter /w/planned does not exist"))
    assert is_on(cache) is True
    clock.now += TTL
    state = cache.state(60_000)
    assert (state.decision.on, state.decision.reason) == (True, "r")
    assert reporter.metrics == ["windowStale"]


@pytest.mark.parametrize("vector", contract_file("maintenance-window/window")["unreadPlannedVectors"], ids=lambda vector: vector["name"])
def test_a_planned_part_that_was_never_read(make, reporter, vector):
    cache, _, clock = make(reading(vector["operator"], None, "parameter /w/planned does not exist"))
    clock.now = ms(vector["now"])
    state = cache.state(60_000)
    if vector["known"]:
        assert isinstance(state, KnownWindow) and state.decision.on is vector["on"]
    else:
        assert isinstance(state, UnknownWindow) and state.cause == "parameter /w/planned does not exist"
    assert cache.is_quiet(clock.now) is (vector["known"] and not vector["on"])
    assert reporter.metrics == ["windowStale"]


def test_a_planned_value_past_its_horizon_counts_as_empty_and_somebody_is_told(make, reporter):
    cache, _, _ = make(reading("auto", "until 2027-01-15T08:00Z;2027-01-15T07:00Z/PT4H"))  # the clock starts at 08:00:00
    state = cache.state(60_000)
    assert (state.decision.on, state.decision.planned_stale) == (False, True)
    assert reporter.metrics == ["windowStale"]
    assert reporter.lines[0].endswith("the planned parameter is past its horizon")


def test_a_read_that_failed_because_the_environment_was_frozen_says_nothing(make):
    cache, reader, clock = make(ReadFailed("connection reset"), reading("on"))
    cache.start()
    assert cache._pending.wait(5_000)
    clock.now += 3_600_000
    assert is_on(cache) is True


def test_a_read_that_hangs_costs_its_budget_and_counts_when_it_arrives_late(make, reporter):
    arrives = threading.Event()
    cache, reader, clock = make(arrives)
    assert cache.state(40).cause == "ssm:GetParameters gave no answer within 10 ms"
    pending = cache._pending
    arrives.set()
    assert pending.wait(5_000)
    assert is_on(cache) is True
    assert (len(reader.budgets), reporter.metrics) == (1, ["windowStale"])


def test_a_read_that_hangs_for_good_is_given_up(make):
    never = threading.Event()
    cache, reader, clock = make(never, reading("on"))
    assert isinstance(cache.state(40), UnknownWindow)
    clock.now += 5_000
    assert is_on(cache) is True
    never.set()


def test_a_read_begun_at_start_is_taken_by_the_first_invocation(make):
    cache, reader, clock = make(reading("on"))
    cache.start()
    assert is_on(cache) is True
    assert reader.budgets == [1000]


@pytest.mark.parametrize("version", [1, 2], ids=["untouched", "touched"])
def test_a_read_that_succeeds_ends_what_failed_reads_held_back(make, version):
    cache, reader, clock = make(ReadFailed("throttled"), reading("auto", version=version))
    assert cache.becomes_quiet(60_000) is False
    clock.now += TTL
    assert cache.becomes_quiet(60_000) is True
    start, end = quiet_span(cache, clock)
    assert (start, len(reader.budgets)) == (0, 2)
    clock.now += end - 1
    assert cache.becomes_quiet(60_000) is True
    assert len(reader.budgets) == 2


def test_a_read_that_fails_leaves_no_quiet_behind(make):
    cache, reader, clock = make(reading("auto"), ReadFailed("throttled"))
    assert cache.becomes_quiet(60_000) is True
    clock.now += TTL
    assert cache.becomes_quiet(60_000) is False
    assert (is_on(cache), len(reader.budgets)) == (False, 2)
