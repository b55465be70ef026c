"""The response of an invocation as a stream, posted to the Runtime API: AWS's client for Python posts buffered ones alone."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_aws.http import HttpConnection
from patient_lambda_aws.sockets import TcpStream, monotonic
from patient_lambda_python.urls import quote

STREAMING = contract.load("maintenance-window/answers")["streaming"]
BUDGET = 10_000  # milliseconds: the Runtime API is on this machine
GONE = 410  # the environment has gone on to another invocation: nobody waits for this answer


def post_stream(runtime_api: str, request_id: str, body: bytes, invocation_id: str | None) -> None:
    """Posts it in one chunk. Raises RuntimeError when it is not taken: then the process must end, so that nothing seems answered."""
    headers = {
        "Host": runtime_api,
        "Content-Type": STREAMING["contentType"],
        STREAMING["modeHeader"]: STREAMING["mode"],
        "Transfer-Encoding": "chunked",
        "Connection": "close",
    }
    if invocation_id is not None:
        headers["Lambda-Runtime-Invocation-Id"] = invocation_id
    target = f"/2018-06-01/runtime/invocation/{quote(request_id, safe='')}/response"
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    host, _, port = runtime_api.rpartition(":")
    until = monotonic() + BUDGET
    connection = HttpConnection(TcpStream(host, int(port), until))
    try:
        status = connection.exchange("POST", target, headers, chunks, until).status
    finally:
        connection.close()
    if not 200 <= status < 300 and status != GONE:
        raise RuntimeError(f"the Runtime API answered {status} to the response of {request_id}")
