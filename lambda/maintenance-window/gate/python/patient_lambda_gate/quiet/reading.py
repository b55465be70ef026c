"""What one read of the window's parameters brings."""

from patient_lambda_gate.window.window import Operator, Planned


class ReadFailed(Exception):
    """The operator's parameter could not be read; the message is the cause, without what changes from call to call."""


class Reading:
    """One successful read. ``planned_failure`` says why a planned parameter that is configured is not known."""

    def __init__(self, operator: Operator, version: int, last_modified: float, planned: "Planned | None", planned_failure: "str | None") -> None:
        self.operator = operator
        self.version = version
        self.last_modified = last_modified
        self.planned = planned
        self.planned_failure = planned_failure
