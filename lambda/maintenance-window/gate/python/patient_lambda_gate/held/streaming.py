"""Answers to what streams its responses: status and headers are metadata before the body. lambda/contract/maintenance-window/answers.json."""

from __future__ import annotations

import json
from collections.abc import Mapping

import patient_lambda_contract as contract

from patient_lambda_gate.held.sources import Source

STREAMING = contract.load("maintenance-window/answers")["streaming"]
DELIMITER = b"\0" * int(STREAMING["delimiterBytes"])
COOKIE = "set-cookie"
PARTS_BEFORE_QUALIFIER = 7  # arn, partition, lambda, Region, account, function, its name


def is_streamed(settings: Mapping[str, list[str]], source: Source, arn: str) -> bool:
    """Whether the response of an invocation is streamed, by its source and the qualifier that was invoked."""
    names = STREAMING["qualifiers"]
    qualifier = ":".join(arn.split(":")[PARTS_BEFORE_QUALIFIER:]) or names["unqualified"]
    is_version = qualifier.isascii() and qualifier.isdigit()
    return (names["version"] if is_version else qualifier) in settings.get(source["name"], ())


def streamed(status: int, headers: Mapping[str, str], body: str) -> bytes:
    """The whole stream."""
    metadata: dict[str, object] = {"statusCode": status, "headers": {name: value for name, value in headers.items() if name.lower() != COOKIE}}
    cookies = [value for name, value in headers.items() if name.lower() == COOKIE]
    if cookies:
        metadata["cookies"] = cookies
    return json.dumps(metadata, separators=(",", ":")).encode() + DELIMITER + body.encode("utf-8", "replace")
