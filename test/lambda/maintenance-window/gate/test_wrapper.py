"""What Lambda executes first: which gate goes in front of which interpreter."""

import json
import re
import subprocess
import time

import pytest
from contract_files import ROOT, contract_file

WRAPPER = ROOT / "lambda/maintenance-window/gate/wrapper"


@pytest.fixture
def interpreter(tmp_path):
    """An executable of that name which prints what it is started with, one argument a line."""

    def made(name: str) -> str:
        path = tmp_path / name
        path.write_text('#!/bin/sh\nprintf "%s\\n" "${0##*/}" "$@"\n')
        path.chmod(0o755)
        return str(path)

    return made


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(["/bin/sh", str(WRAPPER), *arguments], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **environment})


def test_python_starts_with_the_gate(interpreter):
    found = run(interpreter("python3.12"), "/var/runtime/bootstrap.py")
    assert found.stdout.splitlines() == ["python3.12", "/opt/cdk-patient-lambda/python/boot.py", "/var/runtime/bootstrap.py"]


def test_node_starts_with_the_gate_and_all_that_lambda_says(interpreter):
    found = run(interpreter("node"), "--max-old-space-size=100", "a b", "/var/runtime/index.mjs")
    gate = "/opt/cdk-patient-lambda/nodejs/preload.mjs"
    assert found.stdout.splitlines() == ["node", "--import", gate, "--max-old-space-size=100", "a b", "/var/runtime/index.mjs"]


def test_a_wrapper_that_the_function_had_before_comes_after(interpreter):
    python = interpreter("python3.12")
    found = run(python, "/var/runtime/bootstrap.py", PATIENT_LAMBDA_NEXT_WRAPPER=interpreter("own-wrapper"))
    assert found.stdout.splitlines() == ["own-wrapper", python, "/opt/cdk-patient-lambda/python/boot.py", "/var/runtime/bootstrap.py"]


@pytest.mark.parametrize("arguments", [("/var/lang/bin/java", "-jar"), ("/var/lang/bin/python2.7", "x"), ()], ids=["java", "python2.7", "nothing"])
def test_another_interpreter_does_not_start_unprotected(arguments):
    found = run(*arguments)
    assert (found.returncode, found.stdout) == (1, "")
    assert "GateNotAttached" in found.stderr and (not arguments or arguments[0] in found.stderr)


@pytest.mark.parametrize("arguments", [("python3.12", "/var/runtime/bootstrap.py"), ("node", "a b", "/var/runtime/index.mjs"), ("java", "-jar")])
def test_switched_off_the_runtime_starts_as_without_the_gate(interpreter, arguments):
    name, *more = arguments
    found = run(interpreter(name), *more, PATIENT_LAMBDA_DISABLED="true")
    assert found.stdout.splitlines() == [name, *more]
    assert found.stderr.splitlines() == [
        "cdk-patient-lambda: PATIENT_LAMBDA_DISABLED is 'true': the function runs without its gate, and no window holds it"
    ]


def test_switched_off_a_wrapper_that_the_function_had_before_still_runs(interpreter):
    python = interpreter("python3.12")
    found = run(python, "/var/runtime/bootstrap.py", PATIENT_LAMBDA_DISABLED="true", PATIENT_LAMBDA_NEXT_WRAPPER=interpreter("own-wrapper"))
    assert found.stdout.splitlines() == ["own-wrapper", python, "/var/runtime/bootstrap.py"]


def test_switched_off_each_start_counts_as_one_without_a_gate(interpreter):
    before = int(time.time()) * 1000
    found = run(interpreter("node"), PATIENT_LAMBDA_DISABLED="true", PATIENT_LAMBDA_FUNCTION_KEY="Orders/Fn-1_a.b")
    metric = json.loads(found.stdout.splitlines()[0])
    assert before <= metric["_aws"]["Timestamp"] <= time.time() * 1000
    metrics = contract_file("names")["metrics"]
    assert [metric["_aws"]["CloudWatchMetrics"], metric[metrics["dimension"]], metric[metrics["gateMissing"]]] == [
        [
            {
                "Namespace": metrics["namespace"],
                "Dimensions": [[metrics["dimension"]]],
                "Metrics": [{"Name": metrics["gateMissing"], "Unit": "Count"}],
            }
        ],
        "Orders/Fn-1_a.b",
        1,
    ]
    assert found.stdout.splitlines()[1:] == ["node"]


@pytest.mark.parametrize(("log_format", "level"), [("JSON", contract_file("names")["logLevels"]["metric"]), ("Text", None)])
def test_switched_off_in_a_json_log_no_level_hides_that_a_start_has_no_gate(interpreter, log_format, level):
    found = run(interpreter("node"), PATIENT_LAMBDA_DISABLED="true", PATIENT_LAMBDA_FUNCTION_KEY="fn", AWS_LAMBDA_LOG_FORMAT=log_format)
    metric = json.loads(found.stdout.splitlines()[0])
    assert metric.get("level") == level
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", metric["timestamp"]) if level else "timestamp" not in metric


def test_switched_off_a_key_that_json_would_not_take_counts_nothing(interpreter):
    assert run(interpreter("node"), PATIENT_LAMBDA_DISABLED="true", PATIENT_LAMBDA_FUNCTION_KEY='a"b').stdout.splitlines() == ["node"]


@pytest.mark.parametrize("value", ["", "false"])
def test_not_switched_off_the_gate_starts_without_a_word(interpreter, value):
    found = run(interpreter("node"), PATIENT_LAMBDA_DISABLED=value)
    assert (found.stdout.splitlines()[:2], found.stderr) == (["node", "--import"], "")


@pytest.mark.parametrize("value", ["TRUE", "1", "yes", " true"])
def test_what_is_not_a_switch_is_named_and_the_gate_starts(interpreter, value):
    found = run(interpreter("node"), PATIENT_LAMBDA_DISABLED=value)
    assert found.stdout.splitlines()[:2] == ["node", "--import"]
    assert f"PATIENT_LAMBDA_DISABLED is '{value}'" in found.stderr


def test_the_wrapper_can_be_executed():
    assert WRAPPER.stat().st_mode & 0o111
