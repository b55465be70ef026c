"""How long a failed event waits for its next attempt."""

import patient_lambda_contract as contract

BACKOFF = contract.load("maintenance-window/timing")["backoff"]


def backoff_delay(attempt: int, random: float) -> int:
    """Milliseconds to wait after the failure of this attempt, from 1; a count of 0 waits as long as the first. ``random`` from 0 to 1."""
    delay: float = min(BACKOFF["most"], BACKOFF["first"] * BACKOFF["factor"] ** (max(1, attempt) - 1))
    wait: int = round(delay * (1 + BACKOFF["jitterShare"] * (2 * random - 1)))
    return wait
