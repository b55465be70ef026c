"""HTTP requests that meet a window, as the function's own options say. What every source gets is in quiet/test_gate.py."""

import json

import pytest
from patient_lambda_gate.quiet.reading import ReadFailed
from world import ON, S3

GET = b'{"version":"2.0","rawPath":"/orders/1","requestContext":{"http":{"method":"GET"}}}'
POST = GET.replace(b"GET", b"POST")
READS = {"PATIENT_LAMBDA_ALWAYS_RUN": '["GET /*","* /health"]'}
RAN = ("result", {"ok": 1})


def test_http_requests_are_rejected_as_the_function_says(world):
    rejection = {"statusCode": 429, "headers": {"Access-Control-Allow-Origin": "*"}, "body": '{"why":"{reason}"}'}
    made = world(ON, PATIENT_LAMBDA_REJECTION=json.dumps(rejection))
    reply = made.invoke(GET)[1]
    assert (reply["statusCode"], reply["headers"]["Access-Control-Allow-Origin"], reply["body"]) == (429, "*", '{"why":"db"}')
    assert made.reporter.metrics == ["rejected"]


def test_http_requests_are_kept_with_the_default_answer_where_the_function_defers_them(world):
    made = world(ON, PATIENT_LAMBDA_REJECTION='{"statusCode":429}', PATIENT_LAMBDA_DEFERRAL='{"api-gateway-http":"DEFER"}')
    assert made.invoke(GET)[1]["statusCode"] == 202


@pytest.mark.parametrize(
    ("variables", "status"), [({}, 503), ({"PATIENT_LAMBDA_DEFERRAL": '{"api-gateway-http":"DEFER"}'}, 202)], ids=["rejected", "deferred"]
)
def test_http_requests_that_always_run_do_and_others_are_held(world, variables, status):
    made = world(ON, **READS, **variables)
    assert made.invoke(GET) == RAN
    assert made.invoke(POST)[1]["statusCode"] == status
    assert len(made.seen) == 1


@pytest.mark.parametrize("on_window_unknown", ["FAIL", "DEFER"])
def test_http_requests_that_always_run_do_so_while_nobody_knows_the_window(world, on_window_unknown):
    made = world(ReadFailed("x"), PATIENT_LAMBDA_ON_WINDOW_UNKNOWN=on_window_unknown, **READS)
    assert made.invoke(GET) == RAN
    made.invoke(POST)
    assert len(made.seen) == 1


def test_http_requests_alone_always_run(world):
    made = world(ON, PATIENT_LAMBDA_ALWAYS_RUN='["* /*"]')
    assert made.invoke(S3)[1]["maintenanceWindow"]["status"] == "DEFERRED"
