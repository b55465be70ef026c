import hashlib
import json
import os
import time

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    action = event.get("do", "count")
    if action == "throw":
        raise ValueError("thrown on purpose")
    if action == "exit":
        os._exit(3)
    if action == "allocate":
        hoard = []
        while True:
            hoard.append(bytearray(16 * 1024 * 1024))
    if action == "hang":
        time.sleep(600)
    replay = ((context.client_context and context.client_context.custom) or {}).get("maintenanceReplay")
    dynamodb.update_item(
        TableName=os.environ["RUNS_TABLE"],
        Key={"id": {"S": event["id"]}},
        UpdateExpression="ADD runs :one SET digest = :digest, replay = :replay",
        ExpressionAttributeValues={
            ":one": {"N": "1"},
            ":digest": {"S": hashlib.sha256(event.get("payload", "").encode()).hexdigest()},
            ":replay": {"S": json.dumps(replay)},
        },
    )
    return {"ran": event["id"]}
