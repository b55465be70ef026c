"""When DynamoDB may remove a finished row."""

import math


def expiry(finished_at: float, keep_finished: float) -> int:
    """Epoch seconds, from milliseconds. Rounded up: a row is kept for at least as long as was asked for."""
    return math.ceil((finished_at + keep_finished) / 1000)
