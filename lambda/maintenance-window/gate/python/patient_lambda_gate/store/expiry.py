"""When DynamoDB may remove a finished row."""

from patient_lambda_gate.quiet.times import whole_seconds


def expiry(finished_at: float, keep_finished: float) -> int:
    """Epoch seconds, from milliseconds. Rounded up: a row is kept for at least as long as was asked for."""
    return whole_seconds(finished_at + keep_finished)
