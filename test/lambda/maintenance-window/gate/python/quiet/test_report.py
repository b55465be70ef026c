"""What operators see on standard output."""

import json
import os
import subprocess
import sys

import pytest
from contract_files import ROOT, contract_file
from patient_lambda_gate.quiet.report import Reporter

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


def test_a_reporter_writes_whole_lines(capfd):
    reporter = Reporter("fn")
    reporter.log("x")
    reporter.count("deferred")
    lines = capfd.readouterr().out.splitlines()
    assert (lines[0], json.loads(lines[1])[METRICS["deferred"]]) == ("[WARN] cdk-patient-lambda: x", 1)


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
