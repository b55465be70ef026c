"""Correction: Parameter Store refuses values by size, tier and AllowedPattern, empty ones, and more than ten names a call; the emulator takes all.

Can go when the emulator refuses the same with the same error codes.

A pattern holds for later values of the parameter too, and stays with it when an overwrite names none (not verified on AWS).
"""

import json
import re
from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

MAX_CHARACTERS = {"Standard": 4096, "Advanced": 8192}  # Systems Manager User Guide, "Managing parameter tiers"
MAX_NAMES = 10  # Systems Manager API Reference, GetParameters


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place("ministack.services.ssm:_put_parameter", _checked_put)
    doors.put_in_place("ministack.services.ssm:_get_parameters", _checked_get)


def _checked_put(original: Callable[..., Any]) -> Callable[..., Any]:
    def put(data: dict[str, Any]) -> Any:
        from ministack.services import ssm

        existing = ssm._parameters.get(data.get("Name")) or {}
        refusal = refused_value(data, existing)
        if refusal:
            return _error(*refusal)
        if existing.get("AllowedPattern") and not data.get("AllowedPattern"):
            data = {**data, "AllowedPattern": existing["AllowedPattern"]}
        return original(data)

    return put


def _checked_get(original: Callable[..., Any]) -> Callable[..., Any]:
    def get(data: dict[str, Any]) -> Any:
        names = data.get("Names", [])
        if not 1 <= len(names) <= MAX_NAMES:
            bound = f"less than or equal to {MAX_NAMES}" if names else "greater than or equal to 1"
            return _error(
                "ValidationException",
                f"1 validation error detected: Value '[{', '.join(names)}]' at 'names' failed to satisfy constraint: Member must have length {bound}",
            )
        return original(data)

    return get


def refused_value(data: dict[str, Any], existing: dict[str, Any]) -> tuple[str, str] | None:
    """(error code, message) when Parameter Store would not take the value."""
    value = data.get("Value", "")
    if not value:
        return "ValidationException", (
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1."
        )
    tier = data.get("Tier") or existing.get("Tier") or "Standard"
    if tier == "Intelligent-Tiering":
        tier = "Advanced"
    if len(value) > MAX_CHARACTERS[tier]:
        return "ValidationException", (
            f"{tier} tier parameters support a maximum parameter value of {MAX_CHARACTERS[tier]} characters. "
            "To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
        )
    pattern = data.get("AllowedPattern") or existing.get("AllowedPattern")
    if not pattern:
        return None
    try:
        matches = re.search(pattern, value)
    except re.error:
        return "InvalidAllowedPatternException", f"The allowed pattern is not a regular expression: {pattern}"
    if not matches:
        return "ParameterPatternMismatchException", f"Parameter value, cannot be validated against allowedPattern: {pattern}"
    return None


def _error(code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"__type": code, "message": message}).encode()
