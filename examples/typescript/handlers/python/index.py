"""Counts each thing that arrives, by the id that its sender gave it, with a digest of what arrived."""

import base64
import hashlib
import json
import os
import time
from urllib.parse import unquote_plus

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    replay = ((context.client_context and context.client_context.custom) or {}).get("maintenanceReplay")
    failing = middle_of_stream(event) if replay and replay["attempt"] == 1 else None
    for source, item, digest, sequence_number in arrivals(event):
        if sequence_number is not None and sequence_number == failing:
            return {"batchItemFailures": [{"itemIdentifier": sequence_number}]}
        dynamodb.update_item(
            TableName=os.environ["EXECUTIONS_TABLE"],
            Key={"id": {"S": item}},
            UpdateExpression="ADD executions :one, digests :digests "
            "SET #source = :source, executedAt = if_not_exists(executedAt, :now), replayed = :replayed",
            ExpressionAttributeNames={"#source": "source"},
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":digests": {"SS": [digest]},
                ":source": {"S": source},
                ":now": {"N": str(int(time.time() * 1000))},
                ":replayed": {"BOOL": bool(replay)},
            },
        )
    return {"statusCode": 200, "body": "counted"} if "requestContext" in event else None


def middle_of_stream(event):
    """Fails on purpose, once: the record in the middle of a stream's batch, so that it and what follows must come again."""
    records = event.get("Records", [])
    middle = records[len(records) // 2] if records else {}
    return middle.get("kinesis", {}).get("sequenceNumber")


def arrivals(event):
    """Yields (source, id, digest, sequence number) for each thing in the event; each message of a batch by itself."""
    if "requestContext" in event:
        yield "api", json.loads(event["body"])["id"], sha256(event["body"]), None
    elif "detail" in event:
        yield "eventbridge", event["detail"]["id"], sha256(event["detail"]["text"]), None
    for record in event.get("Records", []):
        if "s3" in record:
            yield "s3", unquote_plus(record["s3"]["object"]["key"]), record["s3"]["object"]["eTag"], None
        elif "Sns" in record:
            yield "sns", json.loads(record["Sns"]["Message"])["id"], sha256(record["Sns"]["Message"]), None
        elif "kinesis" in record:
            text = base64.b64decode(record["kinesis"]["data"]).decode()
            yield "kinesis", json.loads(text)["id"], sha256(text), record["kinesis"]["sequenceNumber"]
        else:
            yield "sqs", json.loads(record["body"])["id"], sha256(record["body"]), None


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()
