"""What Lambda executes first: which gate goes in front of which interpreter."""

import subprocess

import pytest
from contract_files import ROOT

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


def test_the_wrapper_can_be_executed():
    assert WRAPPER.stat().st_mode & 0o111
