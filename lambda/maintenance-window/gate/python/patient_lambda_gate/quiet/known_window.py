"""What holds for one invocation, from what was read."""

from __future__ import annotations

from patient_lambda_gate.window.decision import Decision, decide, forced_off, guarded, last_operated, next_change

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Literal

    from patient_lambda_gate.quiet.reading import Reading
    from patient_lambda_gate.quiet.settings import Settings


class KnownWindow:
    """What holds for one invocation. Told from the other by ``is_known``: where user code has this module loaded anew, its class is another one."""

    is_known: Literal[True] = True

    def __init__(self, decision: Decision, is_guarded: bool, version: int) -> None:
        self.decision = decision
        self.is_guarded = is_guarded
        self.version = version


class UnknownWindow:
    """Nobody can say what holds for one invocation, and why."""

    is_known: Literal[False] = False

    def __init__(self, cause: str) -> None:
        self.cause = cause


def judge(reading: Reading, settings: Settings, now: float) -> tuple[KnownWindow | UnknownWindow, float]:
    """What holds now, and until when nothing is on: a moment that is over when something is, or may be."""
    operator, planned = reading.operator, reading.planned
    decision = decide(operator, planned, settings.lead_time, now)
    if not decision.on and planned is None and reading.planned_failure is not None and not forced_off(operator, now):
        return UnknownWindow(reading.planned_failure), 0.0  # nobody can say that no planned interval is on
    operated = last_operated(operator, reading.version, reading.last_modified)
    is_guarded = not decision.on and guarded(operator, planned, operated, settings.duplicate_check_for, now)
    known = KnownWindow(decision, is_guarded, reading.version)
    if decision.on or is_guarded:
        return known, 0.0
    return known, next_change(operator, planned, settings.lead_time, operated, settings.duplicate_check_for, now)
