"""Answers a custom-resource request that comes inside a window: CloudFormation would wait an hour for silence."""

import json
from urllib.parse import urlsplit

import patient_lambda_contract as contract
from patient_lambda_aws.transport import Transport, TransportError

RULES = contract.load("custom-resource/custom-resource")
MARKER = RULES["createFailedMarker"]
ATTEMPT_SECONDS = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotDelivered(Exception):
    """CloudFormation did not take the answer."""


def is_response_url(url: str, environment: dict) -> bool:
    """An https URL; http on loopback only while an endpoint of ours is that very host and port."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "https":
            return bool(parts.hostname) and parts.port != 0
        endpoints = [urlsplit(environment.get(name) or "") for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")]
        return (
            parts.scheme == "http"
            and parts.hostname in LOOPBACK
            and any((parts.hostname, parts.port) == (endpoint.hostname, endpoint.port) and endpoint.scheme == "http" for endpoint in endpoints)
        )
    except ValueError:  # a port that is no number
        return False


def held_response(event: dict, reason: str) -> dict:
    """What a request gets whose handler is held. Only the Delete of a resource that never came to be succeeds."""
    given = event.get("PhysicalResourceId")
    is_marker = given == MARKER and event["RequestType"] == "Delete"
    response = {
        "Status": "SUCCESS" if is_marker else "FAILED",
        "Reason": "" if is_marker else reason,
        "PhysicalResourceId": MARKER if event["RequestType"] == "Create" or not isinstance(given, str) else given,
        "StackId": event["StackId"],
        "RequestId": event.get("RequestId", ""),
        "LogicalResourceId": event.get("LogicalResourceId", ""),
    }
    surplus = len(json.dumps(response)) - RULES["responseBytes"]["most"]
    if surplus > 0:
        response["Reason"] = response["Reason"][:-surplus]
    return response


def deliver(transport: Transport, url: str, response: dict, until: float, clock, sleep) -> None:
    """PUTs the response; repeats 5xx, 429 and network errors while ``until`` (epoch milliseconds) allows. Raises NotDelivered."""
    body = json.dumps(response).encode()
    pause = 0.2
    failure = "no time is left"
    fresh = False
    while (until - clock()) / 1000 > 0:
        try:
            # The URL is signed for an empty content type. A redirect is not followed.
            answered = transport.request("PUT", url, {"content-type": ""}, body, min((until - clock()) / 1000, ATTEMPT_SECONDS), fresh)
            if 200 <= answered.status < 300:
                return
            failure = f"the ResponseURL answered {answered.status}"
            if answered.status < 500 and answered.status != 429:
                break
        except TransportError as error:
            failure = str(error)
        fresh = True
        if clock() + pause * 1000 >= until:
            break
        sleep(pause)
        pause = min(pause * 2, 5.0)
    raise NotDelivered(failure)
