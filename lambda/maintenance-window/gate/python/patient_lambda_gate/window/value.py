"""What the window's two parameters say."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    # Half-open: a moment t is inside when start <= t < end. Epoch milliseconds.
    Interval = tuple[int, int]


class OperatorValue:
    """What the operator's parameter says. ``at`` belongs to the modes on-until and off-until."""

    def __init__(self, mode: str, at: int | None, intervals: list[Interval], reason: str | None) -> None:
        self.mode = mode
        self.at = at
        self.intervals = intervals
        self.reason = reason


class PlannedValue:
    """What the planned parameter says: from ``horizon`` on it counts as empty, because nobody has planned that far."""

    def __init__(self, horizon: int, intervals: list[Interval]) -> None:
        self.horizon = horizon
        self.intervals = intervals


def parse_operator(value: str) -> OperatorValue:
    """Raises WindowValueError."""
    if value == "auto":  # as the planner makes it and an operator leaves it: most that are read need no grammar
        return OperatorValue(value, None, [], None)
    from patient_lambda_gate.window.grammar import read_operator

    return read_operator(value)


def parse_planned(value: str) -> PlannedValue:
    """Raises WindowValueError."""
    from patient_lambda_gate.window.grammar import read_planned

    return read_planned(value)


def is_as_made(operator: OperatorValue, version: int) -> bool:
    """Whether the operator's parameter is as the planner makes it, so that no hold was before."""
    return version == 1 and operator.mode == "auto" and not operator.intervals and operator.reason is None
