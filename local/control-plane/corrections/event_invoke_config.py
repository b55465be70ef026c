"""Correction: on AWS the unqualified function and $LATEST share one event invoke configuration; in the emulator each has its own.

Can go when the emulator stores both under one key; `of_qualifier`, which the data plane needs, then reads that key.
"""

from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

LATEST = "$LATEST"


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place(
        "ministack.services.lambda_svc:_put_event_invoke_config",
        lambda original: lambda func_name, qualifier, data: original(func_name, _unqualified(qualifier), data),
    )
    for door in ("_get_event_invoke_config", "_delete_event_invoke_config"):
        doors.put_in_place(f"ministack.services.lambda_svc:{door}", _with_unqualified)


def _with_unqualified(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda func_name, qualifier=None: original(func_name, _unqualified(qualifier))


def _unqualified(qualifier: str | None) -> str | None:
    return None if qualifier == LATEST else qualifier


def of_qualifier(function: dict[str, Any], qualifier: str) -> dict[str, Any] | None:
    """The configuration of exactly the qualifier that was called, in the data plane's words; no fallback to another one."""
    found = (function.get("event_invoke_configs") or {}).get(_unqualified(qualifier or None) or "")
    if not found:
        return None
    destinations = found.get("DestinationConfig") or {}
    return {
        "maximumRetryAttempts": found.get("MaximumRetryAttempts"),
        "maximumEventAgeInSeconds": found.get("MaximumEventAgeInSeconds"),
        "onSuccess": (destinations.get("OnSuccess") or {}).get("Destination"),
        "onFailure": (destinations.get("OnFailure") or {}).get("Destination"),
    }
