"""What the gate knows of the window, how old that is, and when it must ask again. No timers: environments are frozen between invocations."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python.taken import Chance
from patient_lambda_python.threads import Background

from patient_lambda_gate.quiet.reading import ReadFailed, latest

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from patient_lambda_gate.quiet.known_window import KnownWindow, UnknownWindow
    from patient_lambda_gate.quiet.read_failures import ReadFailures
    from patient_lambda_gate.quiet.reading import Reading
    from patient_lambda_gate.quiet.report import Reporter
    from patient_lambda_gate.quiet.settings import Settings

TIMING = contract.load("maintenance-window/timing")


class PendingRead:
    """A read in a thread of its own, so that its budget holds for name lookup too, and start-up goes on meanwhile.

    ``reading`` is the best so far."""

    def __init__(self, read: Callable[[float], Iterable[Reading]], budget: float, started: float) -> None:
        self.started = started
        self.budget = budget
        self.reading: Reading | None = None
        self.failure: str | None = None
        self.given_up = False
        self.counts = False  # a reading was taken before it was over
        self._read = read
        self._background = Background(self._run)

    def wait(self, milliseconds: float) -> bool:
        """Whether it is over."""
        return self._background.wait(milliseconds)

    def _run(self) -> None:
        try:
            for reading in self._read(self.budget):
                self.reading = reading
        except ReadFailed as error:
            self.failure = str(error)
        except Exception as error:  # a defect must not look like a window that is off
            self.failure = f"{type(error).__name__}: {error}"


class WindowCache:
    """One for each process. All times are epoch milliseconds of the wall clock, which goes on in a freeze."""

    def __init__(
        self,
        settings: Settings,
        read: Callable[[float], Iterable[Reading]],
        reporter: Reporter,
        clock: Callable[[], float],
        draw: Callable[[], float] = Chance.draw,
    ) -> None:
        """``read`` reads within a budget of milliseconds, in a thread of its own, each reading better than the one before, and raises the cause.

        ``draw`` gives 0 to 1."""
        self._settings = settings
        self._read_window = read
        self._reporter = reporter
        self._clock = clock
        self._draw = draw
        self._pending: PendingRead | None = None
        self._reading: Reading | None = None
        self._read_at = 0.0
        self._refresh_age = 0.0
        self._failures: ReadFailures | None = None  # None while no read has had a word to say
        self._quiet_from = 0.0
        self._quiet_until = 0.0

    def is_quiet(self, now: float) -> bool:
        """Whether nothing is on at this moment and nothing need be asked: all that the warm path compares."""
        return self._quiet_from <= now < self._quiet_until

    def start(self) -> None:
        """Begins a read with the cold-start budget and returns; ``state`` takes its result."""
        self._begin(TIMING["coldReadBudget"]["value"])

    def becomes_quiet(self, remaining: float) -> bool:
        """Whether nothing is on now. Reads first when due; ``remaining`` milliseconds are left of the invocation."""
        self._refresh(remaining)
        if not self.is_quiet(self._clock()):
            self._judge()
        return self.is_quiet(self._clock())

    def state(self, remaining: float) -> KnownWindow | UnknownWindow:
        """What holds now; reads as ``becomes_quiet`` does."""
        self._refresh(remaining)
        return self._judge()

    def _refresh(self, remaining: float) -> None:
        self._adopt_late_read()
        if self._is_due():
            self._read(self._budget(remaining))

    def _judge(self) -> KnownWindow | UnknownWindow:
        from patient_lambda_gate.quiet.known_window import UnknownWindow, judge  # only now: what nobody has touched needs no judge

        reading, now = self._reading, self._clock()
        if reading is None or abs(now - self._read_at) > self._settings.cache_ttl * TIMING["lastKnownForTtls"]["value"]:
            self._quiet_until = 0.0
            return UnknownWindow((self._failures and self._failures.cause) or "never read")
        window, change = judge(reading, self._settings, now)
        self._quiet_from = self._read_at
        self._quiet_until = min(change, self._read_at + self._refresh_age)  # long over after a read that failed
        return window

    def _is_due(self) -> bool:
        now = self._clock()
        if self._failures is not None and self._failures.cause is not None:
            return not self._failures.hold_back(now)
        return self._reading is None or not 0 <= now - self._read_at < self._refresh_age

    def _budget(self, remaining: float) -> float:
        old = self._reading is None or not 0 <= self._clock() - self._read_at <= self._settings.cache_ttl * TIMING["coldBudgetShareOfTtl"]["value"]
        if not old:
            refresh: float = TIMING["refreshReadBudget"]["value"]
            return refresh
        cold = TIMING["coldReadBudget"]
        return max(min(float(cold["value"]), remaining * float(cold["shareOfRemaining"])), 0)

    def _begin(self, budget: float) -> PendingRead:
        self._pending = PendingRead(self._read_window, budget, self._clock())
        return self._pending

    def _read(self, budget: float) -> None:
        pending = self._pending
        if pending is None or self._clock() - pending.started > pending.budget:
            pending = self._begin(budget)
        if pending.wait(budget):
            self._take(pending)
            return
        # It stays pending: what arrives late is still good for the next invocation
        pending.given_up = True
        if not self._take_best(pending):
            asked = "ssm:GetParameters gave no answer" if self._settings.mirror_table is None else "neither the mirror nor Parameter Store answered"
            self._told().failed(f"{asked} within {round(budget)} ms", self._clock(), self._reading is not None)

    def _adopt_late_read(self) -> None:
        pending = self._pending
        if pending is None:
            return
        if pending.wait(0):
            self._take(pending)
        elif pending.given_up and not pending.counts:
            self._take_best(pending)

    def _take(self, pending: PendingRead) -> None:
        """What a read that is over brought."""
        self._pending = None
        if pending.reading is None:
            if not pending.given_up:
                # One that took longer than its budget was frozen: that says nothing about now
                self._told().failed(pending.failure or "no result", min(self._clock(), pending.started + pending.budget), self._reading is not None)
        elif not (pending.counts and pending.reading.stale):  # else the same value counts already, and it was said why it may be out of date
            self._know(pending.reading, pending.started, pending.failure)

    def _take_best(self, pending: PendingRead) -> bool:
        """What a read that is not over has brought; False when that is nothing yet."""
        reading = pending.reading
        if reading is None:
            return False
        pending.counts = True
        self._know(reading, pending.started, None)
        return True

    def _know(self, reading: Reading, read_at: float, failure: str | None) -> None:
        """Takes over a reading; ``failure``: what kept the read from its end."""
        self._reading = reading = latest(self._reading, reading)
        self._read_at = read_at
        shares = TIMING["refreshAgeShare"]
        self._refresh_age = self._settings.cache_ttl * (shares["from"] + (shares["to"] - shares["from"]) * self._draw())
        self._quiet_from = read_at
        self._quiet_until = read_at + self._refresh_age if reading.is_untouched() else 0.0
        past = reading.planned is not None and read_at >= reading.planned.horizon
        cause = failure or reading.planned_failure or reading.stale or ("the planned parameter is past its horizon" if past else None)
        if self._failures is not None or cause is not None or reading.mirror_failure is not None:
            self._told().ended(reading.mirror_failure, cause)

    def _told(self) -> ReadFailures:
        """Who is told of what went wrong: loaded by the first that does."""
        if self._failures is None:
            from patient_lambda_gate.quiet.read_failures import ReadFailures

            self._failures = ReadFailures(self._settings, self._reporter, self._draw)
        return self._failures
