"""What happens before the client starts."""

import json
import os
import subprocess
import sys
import time
import types

import fake_client
import patient_lambda_contract as contract
import pytest
from patient_lambda_gate.client import late_handler
from patient_lambda_gate.client.start import start
from patient_lambda_gate.quiet.errors import GateNotAttached, UnknownClient


@pytest.fixture
def boot(server, environment, monkeypatch):
    """Starts the gate with a window that is on; the client's module and the requests that were made."""
    number = {"N": "4102444800000"}
    item = {"operator": {"S": "on"}, "operatorVersion": {"N": "1"}, "operatorModified": number, "checkedAt": number}
    answers = {
        "GetParameters": (200, {"Parameters": [{"Name": "/w/operator", "Value": "on", "Version": 1, "LastModifiedDate": 1}]}),
        "GetItem": (200, {"Item": item}),
    }

    def booted(client=fake_client, move=lambda bootstrap: None, **variables):
        service = server(lambda operation, *_: answers[operation])
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in {**environment, "_HANDLER": "app.handler", "AWS_ENDPOINT_URL": service.url, **variables}.items():
            monkeypatch.setenv(name, value)
        package, bootstrap = types.ModuleType("awslambdaric"), fake_client.module()
        move(bootstrap)
        package.bootstrap, package.__version__ = bootstrap, "9.9.9"
        monkeypatch.setitem(sys.modules, "awslambdaric", client and package)
        monkeypatch.setitem(sys.modules, "awslambdaric.bootstrap", bootstrap)
        monkeypatch.setattr(late_handler, "_loaded", None)
        start()
        return bootstrap, service.requests

    return booted


def test_user_code_is_kept_away_while_the_window_is_on(boot):
    bootstrap, requests = boot()
    assert os.environ["_HANDLER"] == late_handler.STUB
    assert bootstrap.handle_event_request is not fake_client.handle_event_request
    assert [operation for operation, *_ in requests] == ["GetParameters"]


def test_user_code_is_kept_away_while_the_mirror_says_that_the_window_is_on(boot):
    _, requests = boot(PATIENT_LAMBDA_OPERATOR_PARAMETER="/cdk-patient-lambda/windows/s/w/operator")
    assert os.environ["_HANDLER"] == late_handler.STUB
    assert [operation for operation, *_ in requests] == ["GetItem"]


def test_user_code_is_loaded_at_once_when_the_user_says_so(boot):
    bootstrap, _ = boot(PATIENT_LAMBDA_HANDLER_LOADING="AT_ONCE")
    assert os.environ["_HANDLER"] == "app.handler"
    assert bootstrap.handle_event_request is not fake_client.handle_event_request


def test_a_snapshot_holds_user_code_and_nothing_that_was_read(boot):
    bootstrap, requests = boot(AWS_LAMBDA_INITIALIZATION_TYPE="snap-start")
    assert (os.environ["_HANDLER"], requests) == ("app.handler", [])
    assert bootstrap.handle_event_request is not fake_client.handle_event_request


def test_several_invocations_at_once_are_refused(boot):
    with pytest.raises(GateNotAttached, match="Managed Instances"):
        boot(AWS_LAMBDA_MAX_CONCURRENCY="4")


def test_a_variable_that_is_empty_refuses_nothing(boot):
    bootstrap, _ = boot(AWS_LAMBDA_MAX_CONCURRENCY="")
    assert bootstrap.handle_event_request is not fake_client.handle_event_request


def test_a_runtime_without_the_client_is_refused(boot):
    with pytest.raises(GateNotAttached, match="awslambdaric cannot be imported"):
        boot(client=None)


def unknown(bootstrap):
    del bootstrap.LambdaRuntimeClient


def test_a_client_of_unknown_shape_is_refused(boot):
    with pytest.raises(UnknownClient, match=r"awslambdaric 9\.9\.9"):
        boot(move=unknown)


def test_a_client_of_unknown_shape_runs_as_it_is_when_the_user_says_so(boot, capfd):
    bootstrap, _ = boot(move=unknown, PATIENT_LAMBDA_ON_UNKNOWN_CLIENT="RUN")
    assert bootstrap.handle_event_request is fake_client.handle_event_request
    assert os.environ["_HANDLER"] == "app.handler"
    log, metric = capfd.readouterr().out.splitlines()
    assert "runs without its gate" in log and "awslambdaric 9.9.9" in log
    assert {name: json.loads(metric)[name] for name in ("FunctionKey", "GateMissing")} == {"FunctionKey": "fn", "GateMissing": 1}


def test_a_runtime_without_the_client_runs_as_it_is_when_the_user_says_so(boot, capfd):
    boot(client=None, PATIENT_LAMBDA_ON_UNKNOWN_CLIENT="RUN")
    assert capfd.readouterr().out.count('"GateMissing":1') == 1


def test_a_defect_is_not_taken_for_an_unknown_client(boot):
    class Broken:
        @property
        def __code__(self):
            raise RuntimeError("defect")

    def breaks(bootstrap):
        bootstrap.handle_event_request = Broken()

    with pytest.raises(RuntimeError, match="defect"):
        boot(move=breaks, PATIENT_LAMBDA_ON_UNKNOWN_CLIENT="RUN")


@pytest.mark.parametrize(
    "variables", [{"PATIENT_LAMBDA_TABLE": ""}, {"AWS_LAMBDA_MAX_CONCURRENCY": "4"}], ids=["a missing variable", "managed instances"]
)
def test_whatever_else_keeps_the_gate_away_stays_an_error(boot, variables):
    with pytest.raises(GateNotAttached):
        boot(move=unknown, PATIENT_LAMBDA_ON_UNKNOWN_CLIENT="RUN", **variables)


QUIET_START = """
import os, sys, types
sys.path[:0] = {path!r}
import patient_lambda_contract
patient_lambda_contract.DIRECTORY = {contract!r}
import fake_client
package, bootstrap = types.ModuleType("awslambdaric"), fake_client.module()
package.bootstrap, package.__version__ = bootstrap, "9.9.9"
sys.modules.update({{"awslambdaric": package, "awslambdaric.bootstrap": bootstrap}})
from patient_lambda_gate.client.start import start
start()
client = fake_client.LambdaRuntimeClient()
bootstrap.handle_event_request(client, lambda event, context: event, "r", b"1", "application/json", None, None, "arn", 4102444800000, None, None)
assert client.posted == [("result", "r", b"1", None)], client.posted
print(*(name for name, module in sys.modules.items() if name.startswith("patient_lambda_") and getattr(module, "__file__", None)))
"""
LOADED_BY_EVERY_ENVIRONMENT = {
    "patient_lambda_aws": {"", "client", "credentials", "endpoints", "http", "sign", "sockets", "tls", "transport"},
    "patient_lambda_contract": {""},
    "patient_lambda_gate": {"", "client", "client.attach", "client.start", "quiet", "window", "window.value"},
    "patient_lambda_gate.quiet": {"gate", "mirror", "reading", "report", "settings", "source", "times", "window_cache"},
    "patient_lambda_python": {"", "json", "taken", "threads", "urls"},
}


@pytest.mark.parametrize("loading", ["AFTER_CHECK", "AT_ONCE"])
def test_an_environment_outside_a_window_loads_what_it_needs_and_nothing_else(server, environment, loading):
    now = {"N": str(round(time.time() * 1000))}
    item = {"operator": {"S": "auto"}, "operatorVersion": {"N": "1"}, "operatorModified": now, "checkedAt": now}
    service = server(lambda *_: (200, {"Item": item}))
    variables = {
        **environment,
        "AWS_ENDPOINT_URL": service.url,
        "PATIENT_LAMBDA_OPERATOR_PARAMETER": "/cdk-patient-lambda/windows/s/w/operator",
        "PATIENT_LAMBDA_HANDLER_LOADING": loading,
    }
    code = QUIET_START.format(path=sys.path, contract=contract.DIRECTORY)
    run = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, env=variables, timeout=60, check=False)
    assert run.stderr == ""
    expected = {f"{package}.{name}".rstrip(".") for package, names in LOADED_BY_EVERY_ENVIRONMENT.items() for name in names}
    assert sorted(run.stdout.split()) == sorted(expected)
    assert [operation for operation, *_ in service.requests] == ["GetItem"]
