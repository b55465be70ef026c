"""What one read of the window's parameters brings."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_gate.window.value import OperatorValue, PlannedValue


class ReadFailed(Exception):
    """Nothing is known after this read; the message is the cause, without what changes from call to call."""


class Reading:
    """One successful read. ``planned_failure`` says why a planned parameter that is configured is not known."""

    def __init__(
        self, operator: OperatorValue, version: int, last_modified: float, planned: PlannedValue | None, planned_failure: str | None
    ) -> None:
        self.operator = operator
        self.version = version
        self.last_modified = last_modified
        self.planned = planned
        self.planned_failure = planned_failure
