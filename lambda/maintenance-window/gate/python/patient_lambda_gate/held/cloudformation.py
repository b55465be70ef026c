"""Answers a custom-resource request that comes inside a window: CloudFormation would wait an hour for silence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import patient_lambda_contract as contract
from patient_lambda_aws.transport import Transport, TransportError

RULES = contract.load("custom-resource/custom-resource")
MARKER = RULES["createFailedMarker"]
# Milliseconds.
MOST_ATTEMPT = 10_000
FIRST_PAUSE = 200
LONGEST_PAUSE = 5000
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotDelivered(Exception):
    """CloudFormation did not take the answer."""


def is_response_url(url: str, environment: Mapping[str, str]) -> bool:
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
    except ValueError:  # a port that is not a number
        return False


def held_response(event: Mapping[str, Any], reason: str) -> dict[str, str]:
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


def deliver(
    transport: Transport,
    url: str,
    response: Mapping[str, str],
    until: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    """PUTs the response; repeats 5xx, 429 and network errors while ``until`` (epoch milliseconds) allows. Raises NotDelivered."""
    body = json.dumps(response).encode()
    pause = FIRST_PAUSE
    failure = "no time is left"
    fresh = False
    while until - clock() > 0:
        try:
            # The URL is signed for an empty content type. A redirect is not followed.
            answered = transport.request("PUT", url, {"content-type": ""}, body, min(until - clock(), MOST_ATTEMPT), fresh)
            if 200 <= answered.status < 300:
                return
            failure = f"the ResponseURL answered {answered.status}"
            if answered.status < 500 and answered.status != 429:
                break
        except TransportError as error:
            failure = str(error)
        fresh = True
        if clock() + pause >= until:
            break
        sleep(pause / 1000)
        pause = min(pause * 2, LONGEST_PAUSE)
    raise NotDelivered(failure)
