"""What operators read: metrics in the embedded metric format, and entries of the log."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python import json

from patient_lambda_gate.quiet.errors import writable
from patient_lambda_gate.quiet.times import iso

METRICS = contract.load("names")["metrics"]
LEVELS = contract.load("names")["logLevels"]


def metric_line(metric: str, function_key: str, as_json: bool, now: float) -> str:
    """One metric's line in the embedded metric format.

    A JSON log has a filter by level, which takes a line without level or time for INFO: a metric has the highest, so that none hides it."""
    name = METRICS[metric]
    dimension = METRICS["dimension"]
    directive = {"Namespace": METRICS["namespace"], "Dimensions": [[dimension]], "Metrics": [{"Name": name, "Unit": "Count"}]}
    head = {"timestamp": iso(now), "level": LEVELS["metric"]} if as_json else {}
    return json.dumps({**head, "_aws": {"Timestamp": int(now), "CloudWatchMetrics": [directive]}, dimension: function_key, name: 1})


def log_line(message: str, as_json: bool, now: float) -> str:
    """One entry of the log: where logs are plain, each newline would begin another."""
    if as_json:
        return json.dumps({"timestamp": iso(now), "level": LEVELS["message"], "message": f"cdk-patient-lambda: {message}"})
    return f"[{LEVELS['message']}] cdk-patient-lambda: " + writable(message.replace("\n", "\r"))
