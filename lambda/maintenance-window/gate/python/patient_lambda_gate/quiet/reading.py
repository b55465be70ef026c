"""What one read of the window brings, from the mirror or from Parameter Store."""

from __future__ import annotations

from patient_lambda_gate.window.newer import is_newer

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_gate.window.value import OperatorValue, PlannedValue


class ReadFailed(Exception):
    """Nothing is known after this read; the message is the cause, without what changes from call to call."""


class Reading:
    """One successful read. ``version`` and ``last_modified``, in epoch milliseconds, are the operator's parameter's.

    ``planned_failure`` says why a planned parameter that is configured is not known, ``stale`` why all of it may be out of date."""

    def __init__(
        self,
        operator: OperatorValue,
        version: int,
        last_modified: float,
        planned: PlannedValue | None,
        planned_failure: str | None = None,
        stale: str | None = None,
    ) -> None:
        self.operator = operator
        self.version = version
        self.last_modified = last_modified
        self.planned = planned
        self.planned_failure = planned_failure
        self.stale = stale


def reconciled(reading: Reading, earlier: Reading) -> Reading:
    """The reading with what an earlier one knows better: a newer operator's value, and the planned value when this one could not be read."""
    is_behind = is_newer((earlier.last_modified, earlier.version), (reading.last_modified, reading.version))
    known = earlier if is_behind else reading
    planned = earlier.planned if reading.planned is None and reading.planned_failure is not None else reading.planned
    return Reading(known.operator, known.version, known.last_modified, planned, reading.planned_failure, reading.stale)
