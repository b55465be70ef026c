"""What a held invocation is answered. Vectors are those that TypeScript runs."""

import json

import pytest
from contract_files import SOURCES, contract_file
from patient_lambda_gate.held import answers
from windows import ms

CONTRACT = contract_file("maintenance-window/answers")


@pytest.mark.parametrize("vector", CONTRACT["vectors"], ids=lambda vector: vector["name"])
def test_answer(vector):
    source, event = SOURCES[vector["source"]], vector.get("event", {})
    until, reason = vector["window"]["until"] and ms(vector["window"]["until"]), vector["window"]["reason"]
    if "error" in vector:
        error = answers.window_active(vector["action"], until, reason)
        assert {"errorType": type(error).__name__, "errorMessage": str(error)} == vector["error"]
        return
    streams = "stream" in vector
    if vector["action"] == "DEFER":
        reply = answers.deferred(source, event, json.dumps(event).encode(), vector["requestId"], until, streams)
    else:
        reply = answers.rejected(source, event, ms(vector["now"]), until, reason, vector.get("rejection"), streams)
    if streams:
        metadata, delimiter, body = reply.partition(b"\0" * 8)
        assert (json.loads(metadata), len(delimiter), body.decode()) == (vector["stream"]["metadata"], 8, vector["stream"]["body"])
        return
    assert json.loads(reply) == vector["reply"]


def test_an_echo_is_the_event_byte_for_byte():
    body = b'{"triggerSource":"PostConfirmation_x",\t"n": 1.10, "n": 2}'
    assert answers.deferred(SOURCES["cognito-post-confirmation"], {}, body, "r", None) is body


def test_the_error_of_an_unknown_window_names_the_cause():
    error = answers.window_unknown("AccessDeniedException")
    assert type(error).__name__ == "MaintenanceWindowUnknown"
    assert str(error) == CONTRACT["messages"]["windowUnknown"].replace("<cause>", "AccessDeniedException")


def test_the_error_of_a_store_that_fails_names_the_cause():
    error = answers.not_stored("AccessDeniedException")
    assert type(error).__name__ == "EventNotStored"
    assert str(error) == CONTRACT["messages"]["notStored"].replace("<cause>", "AccessDeniedException")
