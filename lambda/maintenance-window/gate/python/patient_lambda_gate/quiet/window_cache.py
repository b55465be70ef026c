"""What the gate knows of the window, how old that is, and when it must ask again. No timers: environments are frozen between invocations."""

import random
import threading

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.reading import ReadFailed, Reading
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.window.window import Decision, decide, forced_off, guarded, next_change

TIMING = contract.load("maintenance-window/timing")
# A failure is not asked again by every invocation, nor remembered for long: what was lost while it lasted is not protected.
MOST_FAILURE_AGE = 5000


class WindowState:
    """What holds for one invocation. ``cause`` is set when the window is not known, then ``decision`` is None."""

    def __init__(self, decision: "Decision | None", cause: "str | None", is_guarded: bool, version: "int | None") -> None:
        self.decision = decision
        self.cause = cause
        self.is_guarded = is_guarded
        self.version = version


class PendingRead:
    """A read in a thread of its own, so that its budget holds for name lookup too, and start-up goes on meanwhile."""

    def __init__(self, reader, budget: float, started: float) -> None:
        self.started = started
        self.budget = budget
        self.reading = None
        self.failure = None
        self.given_up = False
        self._reader = reader
        self._done = threading.Event()
        threading.Thread(target=self._run, name="cdk-patient-lambda-read", daemon=True).start()

    def wait(self, milliseconds: float) -> bool:
        """Whether it is over."""
        return self._done.wait(max(milliseconds, 0) / 1000)

    def _run(self) -> None:
        try:
            self.reading = self._reader()(self.budget)
        except ReadFailed as error:
            self.failure = str(error)
        except Exception as error:  # a defect must not look like a window that is off
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            self._done.set()


class WindowCache:
    """One for each process. ``make_reader`` is called in the reading thread: it brings what reading needs."""

    def __init__(self, settings: Settings, make_reader, reporter: Reporter, clock, share=random.uniform) -> None:
        self._settings = settings
        self._make_reader = make_reader
        self._reporter = reporter
        self._clock = clock
        self._share = share
        self._pending = None
        self._reading = None
        self._read_at = 0.0
        self._refresh_after = 0.0
        self._failed_at = None
        self._failure = None
        self._logged = None
        # Between these moments nothing can be on and nothing need be asked: all that the warm path compares.
        self.quiet_from = 0.0
        self.quiet_until = 0.0

    def start_read(self, budget: float) -> None:
        """Begins a read and returns; ``state`` takes its result."""
        self._pending = PendingRead(self._make_reader, budget, self._clock())

    def state(self, remaining: float) -> WindowState:
        """What holds now; reads first when due. ``remaining`` milliseconds are left of the invocation."""
        self._adopt_late_read()
        if self._is_due():
            self._read(self._budget(remaining))
        now = self._clock()
        if self._reading is None or abs(now - self._read_at) > self._settings.cache_ttl * TIMING["lastKnownForTtls"]["value"]:
            self.quiet_until = 0.0
            return WindowState(None, self._failure or "never read", False, None)
        reading = self._reading
        settings = self._settings
        decision = decide(reading.operator, reading.planned, settings.lead, now)
        if not decision.on and reading.planned is None and reading.planned_failure is not None and not forced_off(reading.operator, now):
            self.quiet_until = 0.0  # nobody can say that no planned interval is on
            return WindowState(None, reading.planned_failure, False, None)
        is_guarded = not decision.on and guarded(reading.operator, reading.planned, reading.last_modified, settings.retry_guard, now)
        self._set_quiet(reading, decision.on or is_guarded, now)
        return WindowState(decision, None, is_guarded, reading.version)

    def _set_quiet(self, reading: Reading, busy: bool, now: float) -> None:
        if busy or self._failure is not None:
            self.quiet_until = 0.0
            return
        settings = self._settings
        change = next_change(reading.operator, reading.planned, settings.lead, reading.last_modified, settings.retry_guard, now)
        self.quiet_from = self._read_at
        self.quiet_until = min(change, self._read_at + self._refresh_after)

    def _is_due(self) -> bool:
        now = self._clock()
        if self._failed_at is not None:
            return not 0 <= now - self._failed_at < min(self._settings.cache_ttl, MOST_FAILURE_AGE)
        return self._reading is None or not 0 <= now - self._read_at < self._refresh_after

    def _budget(self, remaining: float) -> float:
        old = self._reading is None or not 0 <= self._clock() - self._read_at <= self._settings.cache_ttl * TIMING["coldBudgetShareOfTtl"]["value"]
        if not old:
            return TIMING["refreshReadBudget"]["value"]
        cold = TIMING["coldReadBudget"]
        return max(min(cold["value"], remaining * cold["shareOfRemaining"]), 0)

    def _read(self, budget: float) -> None:
        pending = self._pending
        if pending is None or self._clock() - pending.started > pending.budget:
            self.start_read(budget)
            pending = self._pending
        if pending.wait(budget):
            self._take(pending)
        else:
            # It stays pending: what arrives late is still good for the next invocation
            pending.given_up = True
            self._fail(f"ssm:GetParameters gave no answer within {round(budget)} ms", self._clock())

    def _adopt_late_read(self) -> None:
        pending = self._pending
        if pending is not None and pending.wait(0):
            self._take(pending)

    def _take(self, pending: PendingRead) -> None:
        self._pending = None
        if pending.reading is None:
            if not pending.given_up:
                # One that took longer than its budget was frozen: that says nothing about now
                self._fail(pending.failure or "no result", min(self._clock(), pending.started + pending.budget))
            return
        reading = pending.reading
        if reading.planned_failure is not None and self._reading is not None:
            reading.planned = self._reading.planned
        self._reading = reading
        self._read_at = pending.started
        shares = TIMING["refreshAgeShare"]
        self._refresh_after = self._settings.cache_ttl * self._share(shares["from"], shares["to"])
        self._failed_at = self._failure = None
        stale = reading.planned is not None and pending.started >= reading.planned.horizon
        self._say(reading.planned_failure or ("the planned parameter is past its horizon" if stale else None))

    def _fail(self, cause: str, failed_at: float) -> None:
        self._failed_at = failed_at
        self._failure = cause
        self._say(cause)

    def _say(self, cause: "str | None") -> None:
        """Counts each failed read, logs each change of cause."""
        if cause is not None:
            self._reporter.count("windowStale")
            if cause != self._logged:
                known = "the last known value counts" if self._reading is not None else f"onWindowUnknown: {self._settings.on_window_unknown}"
                self._reporter.log(f"the maintenance window could not be read ({known}): {cause}")
        elif self._logged is not None:
            self._reporter.log("the maintenance window can be read again")
        self._logged = cause
