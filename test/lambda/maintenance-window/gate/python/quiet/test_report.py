"""What operators see on standard output."""

import json

from contract_files import contract_file
from patient_lambda_gate.quiet.report import Reporter, log_line, metric_line

NOW = 1_800_000_000_007
METRICS = contract_file("names")["metrics"]


def test_an_entry_of_several_lines_is_one_event_of_a_plain_log():
    assert log_line("failed:\nTraceback\n  line", False, NOW) == "[WARN] cdk-patient-lambda: failed:\rTraceback\r  line"


def test_an_entry_of_a_json_log_is_one_line_with_milliseconds():
    line = log_line("a\nb", True, NOW)
    assert json.loads(line) == {"timestamp": "2027-01-15T08:00:00.007Z", "level": "WARN", "message": "cdk-patient-lambda: a\nb"}
    assert "\n" not in line


def test_a_metric_is_one_line_in_the_embedded_format():
    assert json.loads(metric_line("storeFailed", "fn", NOW + 0.5)) == {
        "_aws": {
            "Timestamp": NOW,
            "CloudWatchMetrics": [
                {
                    "Namespace": METRICS["namespace"],
                    "Dimensions": [[METRICS["dimension"]]],
                    "Metrics": [{"Name": METRICS["storeFailed"], "Unit": "Count"}],
                }
            ],
        },
        METRICS["dimension"]: "fn",
        METRICS["storeFailed"]: 1,
    }


def test_a_reporter_writes_whole_lines(capsys):
    reporter = Reporter("fn")
    reporter.log("x")
    reporter.count("deferred")
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], json.loads(lines[1])[METRICS["deferred"]]) == ("[WARN] cdk-patient-lambda: x", 1)


def test_an_entry_can_be_written_whatever_an_event_holds():
    assert log_line("\ud800", False, NOW) == "[WARN] cdk-patient-lambda: \\ud800"
    assert json.loads(log_line("\ud800", True, NOW))["message"] == "cdk-patient-lambda: \ud800"
