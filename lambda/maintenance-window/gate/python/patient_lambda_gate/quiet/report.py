"""What operators see: metrics in the embedded metric format and plain log lines, both on standard output."""

import sys

import patient_lambda_contract as contract
from patient_lambda_python import json

from patient_lambda_gate.quiet.errors import writable
from patient_lambda_gate.quiet.times import iso, now_ms

METRICS = contract.load("names")["metrics"]


class Reporter:
    """One for each process. Writes whole lines, so that other output cannot fall in between."""

    def __init__(self, function_key: str, json_logs: bool = False) -> None:
        self._function_key = function_key
        self._json_logs = json_logs

    def count(self, metric: str) -> None:
        """Adds one to one of the contract's metrics, for example ``storeFailed``."""
        _write(metric_line(metric, self._function_key, now_ms()))

    def log(self, message: str) -> None:
        """Never called with an event's content."""
        _write(log_line(message, self._json_logs, now_ms()))


def metric_line(metric: str, function_key: str, now: float) -> str:
    """One metric's line in the embedded metric format."""
    name = METRICS[metric]
    dimension = METRICS["dimension"]
    directive = {"Namespace": METRICS["namespace"], "Dimensions": [[dimension]], "Metrics": [{"Name": name, "Unit": "Count"}]}
    return json.dumps({"_aws": {"Timestamp": int(now), "CloudWatchMetrics": [directive]}, dimension: function_key, name: 1})


def log_line(message: str, as_json: bool, now: float) -> str:
    """One entry of the log: where logs are plain, each newline would begin another."""
    if as_json:
        return json.dumps({"timestamp": iso(now), "level": "WARN", "message": f"cdk-patient-lambda: {message}"})
    return "[WARN] cdk-patient-lambda: " + writable(message.replace("\n", "\r"))


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()  # before the client has made the stream unbuffered, a frozen environment would keep the line to itself
