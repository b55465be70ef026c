"""The end of a process in which nothing may run."""

import json

import pytest
from fake_services import DROP
from patient_lambda_gate.client.refusal import refuse


def test_a_refusal_is_the_error_of_the_init_phase_and_ends_the_process(server, monkeypatch, capfd):
    service = server(lambda *_: (202, {}))
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", service.url.removeprefix("http://"))
    with pytest.raises(SystemExit) as ended:
        refuse("the seam has moved")
    ((_, body, headers, path),) = service.requests
    assert (ended.value.code, path) == (1, "/2018-06-01/runtime/init/error")
    assert json.loads(body) == {"errorMessage": "the seam has moved", "errorType": "GateNotAttached", "stackTrace": []}
    assert headers["lambda-runtime-function-error-type"] == "GateNotAttached"
    assert capfd.readouterr().err == "cdk-patient-lambda: GateNotAttached: the seam has moved\n"


@pytest.mark.parametrize("api", [DROP, None, "127.0.0.1", "127.0.0.1:0"], ids=["dropped", "missing", "without a port", "nobody there"])
def test_a_refusal_ends_the_process_though_nobody_takes_it(server, monkeypatch, capfd, api):
    monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API", raising=False)
    if api is not None:
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", server(lambda *_: DROP).url.removeprefix("http://") if api == DROP else api)
    with pytest.raises(SystemExit):
        refuse("the seam has moved")
    assert "the init error could not be posted" in capfd.readouterr().err
