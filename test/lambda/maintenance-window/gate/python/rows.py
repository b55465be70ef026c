"""A deferred event's row as the replayer leaves it when it sends the pointer."""

import hashlib

from contract_files import contract_file
from patient_lambda_gate.held.items import encode_row

NOW = 1_800_000_000_000
KEY = "fn#r-1"
BODY = b'{"a":1}'
REPLAY = contract_file("maintenance-window/replay")


def row(body: bytes = BODY, **more) -> dict:
    return {
        "pk": KEY,
        "requestId": "r-1",
        "functionKey": "fn",
        "source": "s3",
        "deferredAt": NOW - 1000,
        "state": "CLAIMED",
        "token": "t",
        "lease": NOW,
        "bpk": "active#10",
        "attempt": 0,
        "maxAttempt": 5,
        "nextAttempt": NOW - 1000,
        "dispatches": 1,
        "chunks": 0,
        "body": body,
        "encoding": "identity",
        "bodySize": len(body),
        "bodySha256": hashlib.sha256(body).hexdigest(),
        "envelope": {"schema": 1},
        **more,
    }


def put(dynamo, **more) -> None:
    dynamo.items[KEY] = encode_row(row(**more))
