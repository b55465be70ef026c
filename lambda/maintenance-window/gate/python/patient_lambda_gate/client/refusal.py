"""The end of a process in which nothing may run: said in the log, and to the Runtime API as an error of the init phase."""

from __future__ import annotations

import os
import sys

from patient_lambda_aws.http import HttpConnection, HttpError
from patient_lambda_aws.sockets import TcpStream, monotonic
from patient_lambda_python import json

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import NoReturn

BUDGET = 5000  # milliseconds: the Runtime API is on this machine


def refuse(message: str) -> NoReturn:
    """Nothing runs unprotected."""
    _say(f"GateNotAttached: {message}")
    error = json.dumps({"errorMessage": message, "errorType": "GateNotAttached", "stackTrace": []}).encode()
    try:
        _post(os.environ["AWS_LAMBDA_RUNTIME_API"], error)
    except (OSError, KeyError, ValueError, HttpError) as failure:
        _say(f"the init error could not be posted: {failure}")
    raise SystemExit(1)


def _say(message: str) -> None:
    print(f"cdk-patient-lambda: {message}", file=sys.stderr, flush=True)


def _post(runtime_api: str, error: bytes) -> None:
    host, _, port = runtime_api.rpartition(":")
    headers = {
        "Host": runtime_api,
        "Content-Type": "application/json",
        "Content-Length": str(len(error)),
        "Lambda-Runtime-Function-Error-Type": "GateNotAttached",
    }
    until = monotonic() + BUDGET
    connection = HttpConnection(TcpStream(host, int(port), until))
    try:
        connection.exchange("POST", "/2018-06-01/runtime/init/error", headers, error, until)
    finally:
        connection.close()
