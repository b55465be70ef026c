"""Epoch milliseconds, the gate's only unit of time, as ISO 8601."""

from patient_lambda_python.taken import Clock


def iso(milliseconds: float) -> str:
    """UTC with milliseconds, for example ``2027-01-10T06:00:00.000Z``."""
    seconds, rest = divmod(int(milliseconds), 1000)
    return Clock.written("%Y-%m-%dT%H:%M:%S", Clock.utc(seconds)) + f".{rest:03d}Z"


def now_ms() -> float:
    """The wall clock: monotonic clocks stand still in frozen environments and snapshots."""
    return Clock.wall() * 1000


def whole_seconds(milliseconds: float) -> int:
    """Rounded up."""
    return -int(-milliseconds // 1000)
