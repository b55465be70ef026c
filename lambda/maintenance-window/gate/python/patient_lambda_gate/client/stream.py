"""The response of an invocation as a stream, posted to the Runtime API: AWS's client for Python posts buffered ones alone."""

from __future__ import annotations

import os
import socket
from urllib.parse import quote

import patient_lambda_contract as contract

STREAMING = contract.load("maintenance-window/answers")["streaming"]
BUDGET = 10  # seconds: the Runtime API is on this machine
GONE = 410  # the environment has gone on to another invocation: nobody waits for this answer


def post_stream(request_id: str, body: bytes, invocation_id: str | None) -> None:
    """Posts it in one chunk. Raises RuntimeError when it is not taken: then the process must end, so that nothing seems answered."""
    address = os.environ["AWS_LAMBDA_RUNTIME_API"]
    headers = {
        "Host": address,
        "Content-Type": STREAMING["contentType"],
        STREAMING["modeHeader"]: STREAMING["mode"],
        "Transfer-Encoding": "chunked",
        "Connection": "close",
    }
    if invocation_id is not None:
        headers["Lambda-Runtime-Invocation-Id"] = invocation_id
    lines = [f"POST /2018-06-01/runtime/invocation/{quote(request_id, safe='')}/response HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), BUDGET) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        with connection.makefile("rb") as response:
            status = int(response.readline().split()[1])
    if not 200 <= status < 300 and status != GONE:
        raise RuntimeError(f"the Runtime API answered {status} to the response of {request_id}")
