"""Answers a custom-resource request in the handler's place: CloudFormation would wait an hour for silence."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_aws.client import AwsClient, AwsError
from patient_lambda_aws.transport import TransportError
from patient_lambda_python import json
from patient_lambda_python.taken import Patterns
from patient_lambda_python.urls import SplitResult, urlsplit

from patient_lambda_gate.held.cloudformation_request import CREATE_FAILED_ID, is_never_made

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

RULES = contract.load("cloudformation/answer")
MOST_BYTES: int = RULES["responseBytes"]["most"]
CUT: str = RULES["cut"]
ESCAPES = Patterns.compile(RULES["escapeSequence"])
UNPRINTABLE = Patterns.compile(RULES["unprintable"])
REPLACEMENT = "\ufffd"
# Milliseconds.
MOST_ATTEMPT = 10_000
FIRST_PAUSE = 200
LONGEST_PAUSE = 5000
URL_TEXT = Patterns.compile(RULES["urlPattern"])  # what every language's parser takes for the same host and port
LOOPBACK = Patterns.compile(r"localhost|::1|127(\.[0-9]+){3}")
DEFAULT_PORTS = {"http": 80, "https": 443}


class NotDelivered(Exception):
    """CloudFormation did not take the answer."""


def is_response_url(url: str, environment: Mapping[str, str]) -> bool:
    """An https URL; plain http on loopback while the environment names that very host and port as an endpoint, by whichever scheme."""
    parts = _split(url) if URL_TEXT.fullmatch(url) else None
    if parts is None or parts.scheme != "http":
        return parts is not None and parts.scheme == "https"
    endpoints = [_split(environment.get(name, "")) for name in RULES["endpoints"]]
    return LOOPBACK.fullmatch(parts.hostname or "") is not None and any(end is not None and _place(end) == _place(parts) for end in endpoints)


def held_response(event: Mapping[str, Any], reason: str) -> dict[str, str]:
    """What a request gets whose handler is held. Only the Delete of a resource that never came to be succeeds."""
    given = event.get("PhysicalResourceId")
    never_made = is_never_made(event)

    def answer(shown: str) -> dict[str, str]:
        return {
            "Status": "SUCCESS" if never_made else "FAILED",
            "Reason": "" if never_made else shown,
            "PhysicalResourceId": given if event["RequestType"] != "Create" and isinstance(given, str) and given else CREATE_FAILED_ID,
            "StackId": event["StackId"],
            "RequestId": event.get("RequestId", ""),
            "LogicalResourceId": event.get("LogicalResourceId", ""),
        }

    return answer(shortened(printable(reason), lambda shown: len(body_of(answer(shown))) <= MOST_BYTES))


def printable(text: str) -> str:
    """The text without colours and the like, and with a mark for what CloudFormation, which keeps its events as XML 1.0, can't show."""
    return UNPRINTABLE.sub(REPLACEMENT, ESCAPES.sub("", text))


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """A text with its middle left out as far as needed: most of what is kept is its end."""
    if fits(text):
        return text

    def keeping(kept: int) -> str:
        head = kept // 3
        return text[:head] + CUT + text[len(text) - (kept - head) :]

    # The most characters that fit, by halving
    most, too_many = 0, len(text)
    while too_many - most > 1:
        middle = (most + too_many) // 2
        if fits(keeping(middle)):
            most = middle
        else:
            too_many = middle
    return keeping(most)


def body_of(response: Mapping[str, str]) -> bytes:
    """The body to PUT, without an escape or a space that JSON does not ask for: each would leave less room for the reason."""
    return json.dumps(response, ensure_ascii=False).encode("utf-8", "backslashreplace")


def deliver(
    client: AwsClient,
    url: str,
    response: Mapping[str, str],
    until: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    """PUTs the response; repeats 5xx, 429 and network errors while ``until`` (epoch milliseconds) allows. Raises NotDelivered."""
    body = body_of(response)
    pause = FIRST_PAUSE
    failure = "no time is left"
    fresh = False
    while until - clock() > 0:
        try:
            # The URL is signed for an empty content type. A redirect is not followed.
            budget = min(until - clock(), MOST_ATTEMPT)
            answered = client.transport.request("PUT", url, {"content-type": ""}, body, budget, fresh, client.proxy_of(url))
            if 200 <= answered.status < 300:
                return
            failure = f"the ResponseURL answered {answered.status}"
            if answered.status < 500 and answered.status != 429:
                break
        except TransportError as error:
            failure = str(error)
        except AwsError as error:  # no proxy to go through
            raise NotDelivered(str(error)) from error
        fresh = True
        if clock() + pause >= until:
            break
        sleep(pause / 1000)
        pause = min(pause * 2, LONGEST_PAUSE)
    raise NotDelivered(failure)


def _split(url: str) -> SplitResult | None:
    """The parts of an absolute URL; None for any other text."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and (parts.port is None or parts.port) else None
    except ValueError:  # a port that is not a number
        return None


def _place(parts: SplitResult) -> tuple[str | None, int | None]:
    """Host and port, whichever the scheme."""
    return parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)
