"""Calls of AWS's JSON services without an SDK, which would cost more than the rest of a cold start."""

from __future__ import annotations

from patient_lambda_python import json

from patient_lambda_aws.credentials import CredentialsError, credential_source
from patient_lambda_aws.endpoints import endpoint_url
from patient_lambda_aws.sign import signed_headers
from patient_lambda_aws.transport import Transport, TransportError

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from patient_lambda_aws.http import Response
    from patient_lambda_aws.proxy import Proxies, Proxy

    Json = dict[str, Any]

# Service: content type and prefix of X-Amz-Target.
PROTOCOLS = {
    "ssm": ("application/x-amz-json-1.1", "AmazonSSM"),
    "dynamodb": ("application/x-amz-json-1.0", "DynamoDB_20120810"),
    "sqs": ("application/x-amz-json-1.0", "AmazonSQS"),
}
PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")
# Milliseconds: long enough for a part of a large event from a small function. Half of what is left at most: a hang leaves time for another.
MOST_ATTEMPT = 5000
# Below this many milliseconds a half is not worth a try, so the attempt gets all.
LEAST_ATTEMPT = 150


class AwsError(Exception):
    """A call that failed. ``code`` is the service's error code, or what kept the answer away; ``details`` is the error's JSON body."""

    def __init__(self, code: str, message: str, retryable: bool, details: Json | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.retryable = retryable
        self.details: Json = details or {}


class AwsClient:
    """Signs and sends. Safe for use by several threads. ``clock`` gives epoch milliseconds."""

    def __init__(self, environment: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._environment = dict(environment)
        self.clock = clock
        self.region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
        self.transport = Transport(environment)
        self._credentials = credential_source(self._environment, self.transport, clock)
        self._proxies: Proxies | None = None
        if any(environment.get(name) for name in PROXY_VARIABLES):
            from patient_lambda_aws.proxy import Proxies

            self._proxies = Proxies(self._environment)

    def url(self, service: str) -> str:
        """Base URL of a service."""
        return endpoint_url(service, self.region, self._environment)

    def proxy_of(self, url: str) -> Proxy | None:
        """What a request to this URL goes through. Raises AwsError."""
        if self._proxies is None:
            return None
        try:
            return self._proxies.of(url)
        except ValueError as error:
            raise AwsError("ProxyError", str(error), False) from error

    def call_once(self, service: str, operation: str, payload: Json, budget: float, fresh: bool = False) -> Json:
        """One attempt within ``budget`` milliseconds; ``fresh`` uses no kept connection. Raises AwsError."""
        content_type, target = PROTOCOLS[service]
        body = json.dumps(payload).encode()
        url = self.url(service)
        proxy = self.proxy_of(url)
        headers = {"content-type": content_type, "x-amz-target": f"{target}.{operation}"}
        try:
            keys = self._credentials(budget)
            signed = signed_headers(url, headers, body, service, self.region, keys, self.clock())
            response = self.transport.request("POST", url, signed, body, budget, fresh, proxy)
        except TransportError as error:
            raise AwsError("NetworkError", str(error), True) from error
        except CredentialsError as error:
            raise AwsError("CredentialsError", str(error), True) from error
        return _parsed(service, operation, response, proxy)

    def call(self, service: str, operation: str, payload: Json, until: float, elsewhere: bool = False) -> Json:
        """Repeats throttles, 5xx and network errors with back-off while ``until`` (epoch milliseconds) allows. Raises AwsError.

        ``elsewhere``: another service is asked after this one, so that one attempt may take all the time, and a hang leaves its rest to that."""
        left = until - self.clock()
        if left <= 0:
            raise AwsError("NoTimeLeft", f"the invocation ends before {operation} can be tried", False)
        try:
            return self.call_once(service, operation, payload, attempt_budget(left, elsewhere))
        except AwsError as error:
            failure = error
        from patient_lambda_aws.repeats import repeat

        return repeat(self, service, operation, payload, until, elsewhere, failure)


def attempt_budget(left: float, elsewhere: bool) -> float:
    """What one attempt may take of the milliseconds that are left."""
    return left if elsewhere or left < 2 * LEAST_ATTEMPT else min(left / 2, MOST_ATTEMPT)


def _parsed(service: str, operation: str, response: Response, proxy: Proxy | None) -> Json:
    try:
        answer: object = json.loads(response.body)
    except (ValueError, RecursionError):
        answer = None
    if response.status == 200 and isinstance(answer, dict):
        return answer
    from patient_lambda_aws.refusals import without_answer

    return without_answer(service, operation, response, answer if isinstance(answer, dict) else {}, proxy)
