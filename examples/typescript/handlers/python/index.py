"""Counts each thing that arrives, by the id that its sender gave it, with a digest of what arrived."""

import hashlib
import json
import os
import time
from urllib.parse import unquote_plus

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    replay = ((context.client_context and context.client_context.custom) or {}).get("maintenanceReplay")
    for source, item, digest in arrivals(event):
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


def arrivals(event):
    """Yields (source, id, digest) for each thing in the event; each message of a batch by itself."""
    if "requestContext" in event:
        yield "api", json.loads(event["body"])["id"], sha256(event["body"])
    elif "detail" in event:
        yield "eventbridge", event["detail"]["id"], sha256(event["detail"]["text"])
    for record in event.get("Records", []):
        if "s3" in record:
            yield "s3", unquote_plus(record["s3"]["object"]["key"]), record["s3"]["object"]["eTag"]
        elif "Sns" in record:
            yield "sns", json.loads(record["Sns"]["Message"])["id"], sha256(record["Sns"]["Message"])
        else:
            yield "sqs", json.loads(record["body"])["id"], sha256(record["body"])


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()
