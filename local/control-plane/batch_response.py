"""What Lambda does with the answer of a function whose mapping reports batch item failures.

The whole batch counts as failed when the answer names a failure that cannot be right (Lambda Developer Guide,
"Reporting batch item failures"): not an object with a list, an empty or null itemIdentifier, or one that was not sent.
The emulator would delete those messages.
"""

from typing import Any


def judged(config: dict[str, Any], event: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """The result of a successful invocation, as a failed one when its answer must fail the batch."""
    records = event.get("Records") or []
    if not records or not reports_item_failures(config, records[0].get("eventSourceARN")):
        return result
    body = result.get("body")
    reason = problem(body, {record["messageId"] for record in records})
    if reason is None:
        # The emulator would stumble over a null list
        return {**result, "body": {"batchItemFailures": (body or {}).get("batchItemFailures") or []}}
    return {"error": True, "function_error": "Unhandled", "log": "", "body": {"errorType": "InvalidBatchResponse", "errorMessage": reason}}


def reports_item_failures(config: dict[str, Any], source_arn: str | None) -> bool:
    from ministack.services import lambda_svc

    return any(
        mapping.get("EventSourceArn") == source_arn
        and mapping.get("FunctionName") == config.get("FunctionName")
        and "ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or [])
        for _account, _region, mapping in lambda_svc._iter_all_esms()
    )


def problem(answer: Any, message_ids: set[str]) -> str | None:
    """Why the answer fails the whole batch, or None. No answer, an empty one and an empty list mean success."""
    if answer is None or answer == {} or answer == "":
        return None
    if not isinstance(answer, dict):
        return f"the answer is {type(answer).__name__}, not an object"
    failures = answer.get("batchItemFailures")
    if failures is None:
        return None
    if not isinstance(failures, list):
        return "batchItemFailures is not a list"
    for failure in failures:
        identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not identifier:
            return f"batchItemFailures holds {failure!r}: itemIdentifier is missing, empty or null"
        if identifier not in message_ids:
            return f"batchItemFailures names {identifier!r}, which was not in the batch"
    return None
