"""What one read of the window brings, from the mirror or from Parameter Store."""

from __future__ import annotations

from patient_lambda_gate.window.value import is_as_made

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_gate.window.value import OperatorValue, PlannedValue


class ReadFailed(Exception):
    """Nothing is known after this read; the message is the cause, without what changes from call to call."""


class Reading:
    """One successful read. ``version`` and ``last_modified``, in epoch milliseconds, are the operator's parameter's.

    ``planned_failure`` says why a planned parameter that is configured is not known, ``stale`` why all of it may be out of date,
    ``mirror_failure`` why Parameter Store was asked in place of the mirror."""

    def __init__(
        self,
        operator: OperatorValue,
        version: int,
        last_modified: float,
        planned: PlannedValue | None,
        planned_failure: str | None = None,
        stale: str | None = None,
        mirror_failure: str | None = None,
    ) -> None:
        self.operator = operator
        self.version = version
        self.last_modified = last_modified
        self.planned = planned
        self.planned_failure = planned_failure
        self.stale = stale
        self.mirror_failure = mirror_failure

    def is_untouched(self) -> bool:
        """Whether no operator has written, and nothing is planned: then nothing is on, was on, or will be."""
        return is_as_made(self.operator, self.version) and self.planned is None and self.planned_failure is None


def latest(before: Reading | None, read: Reading) -> Reading:
    """What is known after a read: never an older value of the operator's than before, and the planned one of before when it could not be read."""
    if before is None:
        return read
    from patient_lambda_gate.window.newer import is_newer

    is_behind = is_newer((before.last_modified, before.version), (read.last_modified, read.version))
    known = before if is_behind else read
    planned = before.planned if read.planned is None and read.planned_failure is not None else read.planned
    return Reading(known.operator, known.version, known.last_modified, planned, read.planned_failure, read.stale, read.mirror_failure)
