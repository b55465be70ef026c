"""Correction: PutEvents refuses entries without source, detail type or detail, and details that are not JSON objects; the emulator takes all.

Can go when the emulator refuses the same, entry by entry, with the same error codes.

That a request none of whose entries is complete fails as a whole, as the API Reference has it, is not imitated: each of its entries fails.
"""

import json
from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

REQUIRED = ("Source", "DetailType", "Detail")  # EventBridge API Reference, PutEventsRequestEntry
MOST_ENTRIES = 10


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place("ministack.services.eventbridge:_put_events", _checked)


def _checked(original: Callable[..., Any]) -> Callable[..., Any]:
    def put(data: dict[str, Any], allow_aws_source: bool = False) -> Any:
        from ministack.core.responses import error_response_json, json_response

        entries = data.get("Entries") or []
        if not entries:
            constraint = "Member must have length greater than or equal to 1"
            return error_response_json(
                "ValidationException", f"1 validation error detected: Value '[]' at 'entries' failed to satisfy constraint: {constraint}"
            )
        refused = {index: problem for index, entry in enumerate(entries) if (problem := refused_entry(entry))}
        if not refused or len(entries) > MOST_ENTRIES:
            return original(data, allow_aws_source=allow_aws_source)
        taken = [entry for index, entry in enumerate(entries) if index not in refused]
        answer = json.loads(original({**data, "Entries": taken}, allow_aws_source=allow_aws_source)[2])
        results = iter(answer["Entries"])
        in_order = [refused.get(index) or next(results) for index in range(len(entries))]
        return json_response({"FailedEntryCount": answer["FailedEntryCount"] + len(refused), "Entries": in_order})

    return put


def refused_entry(entry: dict[str, Any]) -> dict[str, str] | None:
    """What the answer has for an entry that EventBridge would not take."""
    for name in REQUIRED:
        if not entry.get(name):
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"Parameter {name} is not valid. Reason: {name} is a required argument."}
    try:
        well_formed = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        well_formed = False
    return None if well_formed else {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
