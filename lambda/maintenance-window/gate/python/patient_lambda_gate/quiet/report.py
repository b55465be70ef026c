"""What operators see: metrics in the embedded metric format and plain log lines, both on standard output."""

import json
import sys
import time

import patient_lambda_contract as contract

METRICS = contract.load("names")["metrics"]


class Reporter:
    """One for each process. Writes whole lines, so that other output cannot fall in between."""

    def __init__(self, function_key: str, json_logs: bool = False) -> None:
        self._function_key = function_key
        self._json_logs = json_logs

    def count(self, metric: str, value: int = 1) -> None:
        """Adds to one of the contract's metrics, for example ``storeFailed``."""
        name = METRICS[metric]
        dimension = METRICS["dimension"]
        line = {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [{"Namespace": METRICS["namespace"], "Dimensions": [[dimension]], "Metrics": [{"Name": name, "Unit": "Count"}]}],
            },
            dimension: self._function_key,
            name: value,
        }
        self._write(json.dumps(line))

    def log(self, message: str) -> None:
        """Never called with an event's content."""
        if self._json_logs:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._write(json.dumps({"timestamp": stamp, "level": "WARN", "message": "cdk-patient-lambda: " + message}))
        else:
            self._write(f"[WARN] cdk-patient-lambda: {message}")

    @staticmethod
    def _write(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()  # before the client has made the stream unbuffered, a frozen environment would keep the line to itself
