"""Repeats of a call whose first attempt failed, with back-off."""

from __future__ import annotations

from patient_lambda_python.taken import Chance, Clock

from patient_lambda_aws.client import LEAST_ATTEMPT, AwsError, attempt_budget

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_aws.client import AwsClient, Json

# Milliseconds.
FIRST_PAUSE = 50
LONGEST_PAUSE = 1000


def repeat(client: AwsClient, service: str, operation: str, payload: Json, until: float, elsewhere: bool, failure: AwsError) -> Json:
    """As ``AwsClient.call``, after its first attempt ended with ``failure``. Raises AwsError."""
    pause: float = FIRST_PAUSE
    while True:
        wait = Chance.between(pause / 2, pause)
        if not failure.retryable or client.clock() + wait >= until:
            raise failure
        Clock.sleep(wait / 1000)
        pause = min(pause * 2, LONGEST_PAUSE)
        left = until - client.clock()
        if left <= 0:
            raise failure
        budget = attempt_budget(left, elsewhere)
        try:
            return client.call_once(service, operation, payload, budget, fresh=True)
        except AwsError as error:
            if budget >= LEAST_ATTEMPT or error.code != "NetworkError":
                failure = error  # that of an attempt with hardly any time says less than the one before
