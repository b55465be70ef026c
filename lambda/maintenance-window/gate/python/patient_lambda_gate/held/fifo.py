"""Leaves a FIFO queue's messages where they are, and out of sight until they may run: each return costs one of their receives."""

import math

from patient_lambda_aws.client import AwsClient, AwsError

MOST_ENTRIES = 10  # SQS: one ChangeMessageVisibilityBatch
MOST_SECONDS = 5.0  # best effort: the error that follows is what keeps the messages


def extend_visibility(client: AwsClient, event: dict, milliseconds: float, remaining: float) -> "str | None":
    """Best effort; what went wrong, if anything."""
    seconds = max(math.ceil(milliseconds / 1000), 0)
    records = [record for record in event["Records"] if isinstance(record, dict)]
    try:
        _, _, _, region, account, name = records[0]["eventSourceARN"].split(":")
        handles = [record["receiptHandle"] for record in records]
        queue = f"{client.service_url('sqs').rstrip('/')}/{account}/{name}"
        for start in range(0, len(handles), MOST_ENTRIES):
            entries = [
                {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
                for number, handle in enumerate(handles[start : start + MOST_ENTRIES])
            ]
            budget = min(MOST_SECONDS, remaining / 2000)
            answer = client.call_once("sqs", "ChangeMessageVisibilityBatch", {"QueueUrl": queue, "Entries": entries}, budget)
            failed = answer.get("Failed")
            if failed:
                return f"{len(failed)} of {len(entries)} messages of {name} in {region}: {failed[0].get('Code')}"
    except (AwsError, KeyError, ValueError, AttributeError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return None
