"""What operators see on standard output."""

import json
import os
import subprocess
import sys

import pytest
from contract_files import ROOT, contract_file
from patient_lambda_gate.quiet.report import Reporter, log_line, metric_line
from windows import ms

VECTORS = contract_file("maintenance-window/report.vectors")
NOW = ms(VECTORS["now"])
METRICS = contract_file("names")["metrics"]

REPORTS = """
import os, sys
import patient_lambda_contract
patient_lambda_contract.DIRECTORY = os.environ["CONTRACT"]
from patient_lambda_gate.quiet.report import Reporter
{change}
Reporter("fn").log("x")
print("went on", file=sys.__stderr__)
"""


@pytest.mark.parametrize("vector", VECTORS["metricVectors"], ids=lambda vector: vector["name"])
def test_a_metric_is_one_line_in_the_embedded_format(vector):
    line = metric_line(vector["metric"], "fn", vector["jsonLogs"], NOW)
    assert json.loads(line) == vector["line"]
    assert "\n" not in line


@pytest.mark.parametrize("vector", VECTORS["logVectors"], ids=lambda vector: vector["name"])
def test_an_entry_of_the_log(vector):
    line = log_line(vector["message"], vector["jsonLogs"], NOW)
    assert (json.loads(line) if vector["jsonLogs"] else line) == vector.get("line", vector.get("text"))
    assert "\n" not in line


def test_a_metric_has_whole_milliseconds():
    assert json.loads(metric_line("storeFailed", "fn", False, NOW + 0.5))["_aws"]["Timestamp"] == NOW


def test_a_reporter_writes_whole_lines(capfd):
    reporter = Reporter("fn")
    reporter.log("x")
    reporter.count("deferred")
    lines = capfd.readouterr().out.splitlines()
    assert (lines[0], json.loads(lines[1])[METRICS["deferred"]]) == ("[WARN] cdk-patient-lambda: x", 1)


def test_an_entry_can_be_written_whatever_an_event_holds():
    assert log_line("\ud800", False, NOW) == "[WARN] cdk-patient-lambda: \\ud800"
    assert json.loads(log_line("\ud800", True, NOW))["message"] == "cdk-patient-lambda: \ud800"


@pytest.mark.parametrize(
    ("change", "stream"),
    [("sys.stdout.close()", "stdout"), ("sys.stdout = None", "stdout"), ("os.close(1)", "stderr"), ("os.close(1); os.close(2)", None)],
)
def test_a_reporter_goes_on_whatever_became_of_standard_output(change, stream):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "CONTRACT": str(ROOT / "lambda/contract")}
    run = subprocess.run(
        [sys.executable, "-c", REPORTS.format(change=change)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert [name for name in ("stdout", "stderr") if "cdk-patient-lambda: x" in getattr(run, name)] == ([stream] if stream else [])
    assert "Traceback" not in run.stderr
