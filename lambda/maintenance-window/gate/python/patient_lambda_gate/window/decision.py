"""Whether a hold is on, from the window's values and a clock. Pure. Precedence and vectors: lambda/contract/maintenance-window/window.json."""

from __future__ import annotations

from patient_lambda_gate.window.value import is_as_made

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_gate.window.value import OperatorValue, PlannedValue

NEVER = float("inf")


class Decision:
    """Whether the handler is held; ``until`` is None when off or without a known end."""

    def __init__(self, on: bool, until: int | None, reason: str | None, planned_stale: bool) -> None:
        self.on = on
        self.until = until
        self.reason = reason
        self.planned_stale = planned_stale


def decide(operator: OperatorValue, planned: PlannedValue | None, lead: int, now: float) -> Decision:
    """Whether the handler is held now. Precedence: the operator's mode, then intervals, the operator's and the planned ones alike."""
    stale = planned is not None and now >= planned.horizon
    off = Decision(False, None, None, stale)
    if operator.mode == "on":
        return Decision(True, None, operator.reason, stale)
    if forced_off(operator, now):
        return off
    until = operator.at if operator.at is not None and now < operator.at else None
    planned_intervals = planned.intervals if planned is not None and not stale else []
    for start, end in sorted((start - lead, end) for start, end in operator.intervals + planned_intervals):
        reached = now if until is None else until
        if start <= reached < end:
            until = end
    return off if until is None else Decision(True, until, operator.reason, stale)


def forced_off(operator: OperatorValue, now: float) -> bool:
    """Whether the operator's mode alone says that nothing is on."""
    return operator.mode == "off" or (operator.mode == "off-until" and operator.at is not None and now < operator.at)


def next_change(operator: OperatorValue, planned: PlannedValue | None, lead: int, operated: float, guard: int, now: float) -> float:
    """The next moment at which decide or guarded could answer otherwise for the same values; infinity when there is none."""
    edges: list[float] = [operated + guard]
    for end in _ends(operator, planned):
        edges += [end, end + guard]
    for start, _ in operator.intervals + (planned.intervals if planned else []):
        edges.append(start - lead)
    if operator.at is not None:
        edges.append(operator.at)
    if planned is not None:
        edges.append(planned.horizon)
    return min((edge for edge in edges if edge > now), default=NEVER)


def guarded(operator: OperatorValue, planned: PlannedValue | None, operated: float, guard: int, now: float) -> bool:
    """Whether an invocation may be Lambda's retry of one that was deferred: shortly after a hold's end, or after the operator's last write."""
    if guard == 0:
        return False
    if now < operated + guard:  # also when it lies in the future by this clock
        return True
    return any(end <= now < end + guard for end in _ends(operator, planned))


def last_operated(operator: OperatorValue, version: int, last_modified: float) -> float:
    """When the operator's parameter was last written in a way that may have ended a hold, epoch milliseconds.

    Minus infinity for one as the planner makes it: no hold was before that."""
    return -NEVER if is_as_made(operator, version) else last_modified


def _ends(operator: OperatorValue, planned: PlannedValue | None) -> list[int]:
    ends = [end for _, end in operator.intervals + (planned.intervals if planned else [])]
    return ends + [operator.at] if operator.mode == "on-until" and operator.at is not None else ends
