"""Epoch milliseconds, the gate's only unit of time, as ISO 8601."""

import time


def iso(milliseconds: float) -> str:
    """UTC with milliseconds, for example ``2027-01-10T06:00:00.000Z``."""
    seconds, rest = divmod(int(milliseconds), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def now_ms() -> float:
    """The wall clock: monotonic clocks stand still in frozen environments and snapshots."""
    return time.time() * 1000
