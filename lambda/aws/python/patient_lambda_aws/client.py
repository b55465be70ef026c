"""Calls of AWS's JSON services without an SDK, which would cost more than the rest of a cold start."""

import json
import random
import time

from patient_lambda_aws.credentials import CredentialsError, CredentialSource
from patient_lambda_aws.endpoints import endpoint_url
from patient_lambda_aws.sign import signed_headers
from patient_lambda_aws.transport import Transport, TransportError

# Service: content type and prefix of X-Amz-Target.
PROTOCOLS = {
    "ssm": ("application/x-amz-json-1.1", "AmazonSSM"),
    "dynamodb": ("application/x-amz-json-1.0", "DynamoDB_20120810"),
    "sqs": ("application/x-amz-json-1.0", "AmazonSQS"),
}
THROTTLES = (
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
)
# Long enough for a part of a large event from a small function. Half of what is left at most: a hang leaves time for another attempt.
ATTEMPT_SECONDS = 5.0
# Below this a half is not worth a try, so the attempt gets all.
LEAST_ATTEMPT_SECONDS = 0.25
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0


class AwsError(Exception):
    """A call that failed. ``code`` is the service's error code, or what kept the answer away; ``details`` is the error's JSON body."""

    def __init__(self, code: str, message: str, retryable: bool, details: "dict | None" = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.retryable = retryable
        self.details = details or {}


class AwsClient:
    """Signs and sends. Safe for use by several threads."""

    def __init__(self, environment: dict, clock) -> None:
        self._environment = dict(environment)
        self._clock = clock
        self.region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
        self.transport = Transport(environment)
        self._credentials = CredentialSource(environment, self.transport, clock)

    def service_url(self, service: str) -> str:
        """Base URL of a service."""
        return endpoint_url(service, self.region, self._environment)

    def call_once(self, service: str, operation: str, payload: dict, seconds: float, fresh: bool = False) -> dict:
        """One attempt. Raises AwsError."""
        content_type, target = PROTOCOLS[service]
        body = json.dumps(payload).encode()
        url = self.service_url(service)
        headers = {"content-type": content_type, "x-amz-target": f"{target}.{operation}"}
        try:
            keys = self._credentials.get(seconds)
            signed = signed_headers(url, headers, body, service, self.region, keys, self._clock())
            response = self.transport.request("POST", url, signed, body, seconds, fresh)
        except TransportError as error:
            raise AwsError("NetworkError", str(error), True) from error
        except CredentialsError as error:
            raise AwsError("CredentialsError", str(error), True) from error
        return _parsed(service, operation, response)

    def call(self, service: str, operation: str, payload: dict, until: float) -> dict:
        """Repeats throttles, 5xx and network errors with back-off while ``until`` (epoch milliseconds) allows. Raises AwsError."""
        pause = FIRST_PAUSE_SECONDS
        failure = AwsError("NoTimeLeft", f"the invocation ends before {operation} can be tried", False)
        attempts = 0
        while True:
            left = (until - self._clock()) / 1000
            if left <= 0:
                raise failure
            try:
                seconds = left if left < 2 * LEAST_ATTEMPT_SECONDS else min(left / 2, ATTEMPT_SECONDS)
                return self.call_once(service, operation, payload, seconds, fresh=attempts > 0)
            except AwsError as error:
                failure = error
            attempts += 1
            wait = random.uniform(pause / 2, pause)
            if not failure.retryable or self._clock() + wait * 1000 >= until:
                raise failure
            time.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def pause(self, until: float) -> None:
        """Waits a little before asking for the rest of a partial answer. Raises AwsError when no time is left."""
        if self._clock() + LONGEST_PAUSE_SECONDS * 1000 >= until:
            raise AwsError("NoTimeLeft", "the invocation ends before the rest can be read", False)
        time.sleep(random.uniform(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS))


def _parsed(service: str, operation: str, response) -> dict:
    try:
        answer = json.loads(response.body)
    except ValueError:
        answer = None
    if response.status == 200 and isinstance(answer, dict):
        return answer
    if response.status == 200:
        raise AwsError("InvalidResponse", f"{service} {operation} answered {len(response.body)} bytes that are no JSON object", True)
    details = answer if isinstance(answer, dict) else {}
    kind = details.get("__type") or response.headers.get("x-amzn-errortype") or f"HTTP {response.status}"
    code = str(kind).partition(":")[0].rpartition("#")[2]
    retryable = response.status >= 500 or response.status == 429 or code in THROTTLES
    raise AwsError(code, str(details.get("message") or details.get("Message") or ""), retryable, details)
