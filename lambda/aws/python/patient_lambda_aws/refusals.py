"""What a service answers in place of the JSON object that was asked for: an error, as a rule."""

from __future__ import annotations

from patient_lambda_aws.client import AwsError

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_aws.client import Json
    from patient_lambda_aws.http import Response
    from patient_lambda_aws.proxy import Proxy

THROTTLES = (
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",  # a redirect is at the row for a moment
)


def without_answer(service: str, operation: str, response: Response, details: Json, proxy: Proxy | None) -> Json:
    """``details``: the body, where it is an object. Raises AwsError, unless the operation is one that answers nothing."""
    if response.status == 200:
        if service == "sqs":  # some of whose operations answer nothing
            return details
        raise AwsError("InvalidResponse", f"{service} {operation} answered {len(response.body)} bytes that are not a JSON object", True)
    kind = details.get("__type") or response.headers.get("x-amzn-errortype") or f"HTTP {response.status}"
    code = str(kind).partition(":")[0].rpartition("#")[2]
    retryable = response.status >= 500 or response.status == 429 or code in THROTTLES
    unsaid = f"through the proxy {proxy}" if proxy is not None and not details else ""  # whose answer it may be
    raise AwsError(code, str(details.get("message") or details.get("Message") or unsaid), retryable, details)
