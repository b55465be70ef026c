"""What went wrong with reads of the window: how long it keeps from the next, and what operators hear of it."""

from __future__ import annotations

import patient_lambda_contract as contract

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable

    from patient_lambda_gate.quiet.report import Reporter
    from patient_lambda_gate.quiet.settings import Settings

FAILED_READ = contract.load("maintenance-window/timing")["failedRead"]


class ReadFailures:
    """``cause`` is that of the last read, None when it brought something. ``draw`` gives 0 to 1."""

    def __init__(self, settings: Settings, reporter: Reporter, draw: Callable[[], float]) -> None:
        self.cause: str | None = None
        self._settings = settings
        self._reporter = reporter
        self._draw = draw
        self._failed_at = 0.0
        self._count = 0  # in a row
        self._age = 0.0
        self._logged: str | None = None
        self._noted: str | None = None

    def hold_back(self, now: float) -> bool:
        """Whether it is too early for another read."""
        return 0 <= now - self._failed_at < self._age

    def failed(self, cause: str, failed_at: float, is_known: bool) -> None:
        """A read brought nothing; ``is_known``: one before it did."""
        self._failed_at = failed_at
        self.cause = cause
        age = min(self._settings.cache_ttl, FAILED_READ["first"] * FAILED_READ["factor"] ** self._count)
        self._age = age * (1 - FAILED_READ["jitterShare"] * self._draw())
        self._count += 1
        self._say(cause, is_known)

    def ended(self, mirror_failure: str | None, cause: str | None) -> None:
        """A read brought something; ``cause``: what is wrong with it all the same."""
        self.cause = None
        self._count = 0
        self._note(mirror_failure)
        self._say(cause, True)

    def _note(self, mirror_failure: str | None) -> None:
        """Counts each time that the mirror could not be read, which Parameter Store's quota bears, and logs each change of cause."""
        if mirror_failure is not None:
            self._reporter.count("windowStale")
            if mirror_failure != self._noted:
                self._reporter.log(f"the mirror of the maintenance window could not be read, so Parameter Store was asked: {mirror_failure}")
        self._noted = mirror_failure

    def _say(self, cause: str | None, is_known: bool) -> None:
        """Counts each failed read, logs each change of cause."""
        if cause is not None:
            self._reporter.count("windowStale")
            if cause != self._logged:
                known = "the last known value counts" if is_known else f"onWindowUnknown: {self._settings.on_window_unknown}"
                self._reporter.log(f"the maintenance window could not be read ({known}): {cause}")
        elif self._logged is not None:
            self._reporter.log("the maintenance window can be read again")
        self._logged = cause
