"""What operators read of the gate."""

import json

import pytest
from contract_files import contract_file
from patient_lambda_gate.quiet.lines import log_line, metric_line
from windows import ms

VECTORS = contract_file("maintenance-window/report.vectors")
NOW = ms(VECTORS["now"])


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


def test_an_entry_can_be_written_whatever_an_event_holds():
    assert log_line("\ud800", False, NOW) == "[WARN] cdk-patient-lambda: \\ud800"
    assert json.loads(log_line("\ud800", True, NOW))["message"] == "cdk-patient-lambda: \ud800"
