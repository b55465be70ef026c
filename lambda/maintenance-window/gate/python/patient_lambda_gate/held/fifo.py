"""Leaves a FIFO queue's messages where they are, and out of sight until they may run: each return costs one of their receives."""

from __future__ import annotations

from patient_lambda_aws.client import AwsClient, AwsError

from patient_lambda_gate.quiet.times import whole_seconds

MOST_ENTRIES = 10  # SQS: one ChangeMessageVisibilityBatch
MOST_BUDGET = 5000  # milliseconds: best effort, for the error that follows is what keeps the messages


def extend_visibility(client: AwsClient, event: object, hidden: float, remaining: float) -> str | None:
    """Best effort; what went wrong, if anything.

    ``hidden`` milliseconds from now; ``remaining`` milliseconds are left of the invocation.
    """
    records = [record for record in _records(event) if isinstance(record, dict)]
    handles = [record["receiptHandle"] for record in records if isinstance(record.get("receiptHandle"), str)]
    arn = str(records[0].get("eventSourceARN")).split(":") if records else []
    if len(arn) < 6 or not arn[5] or len(handles) != len(records):
        return "the event names no queue, or a message without its receipt handle"
    account, name = arn[4:6]
    queue = f"{client.url('sqs').rstrip('/')}/{account}/{name}"
    until = client.clock() + min(MOST_BUDGET, remaining / 2)
    seconds = max(whole_seconds(hidden), 0)
    try:
        for start in range(0, len(handles), MOST_ENTRIES):
            entries = [
                {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
                for number, handle in enumerate(handles[start : start + MOST_ENTRIES])
            ]
            answer = client.call("sqs", "ChangeMessageVisibilityBatch", {"QueueUrl": queue, "Entries": entries}, until)
            failed = answer.get("Failed")
            if isinstance(failed, list) and failed:
                return f"{len(failed)} of {len(entries)} messages of {name}: {failed[0].get('Code')}"
    except AwsError as error:
        return str(error)
    return None


def _records(event: object) -> list[object]:
    records = event.get("Records") if isinstance(event, dict) else None
    return records if isinstance(records, list) else []
