"""HTTP requests that meet a window, as the function's own options say. What every source gets is in quiet/test_gate.py."""

import json

import pytest
from patient_lambda_gate.quiet.invocation import RawInvocation, read_invocation
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


@pytest.mark.parametrize(("action", "metadata"), [("REJECT", b'{"statusCode":503,'), ("DEFER", b'{"statusCode":202,')])
def test_http_requests_whose_responses_are_streamed_are_answered_by_a_stream_for_the_qualifier_that_streams(world, action, metadata):
    variables = {"PATIENT_LAMBDA_STREAMING": '{"function-url":["live"]}', "PATIENT_LAMBDA_DEFERRAL": json.dumps({"function-url": action})}
    made = world(ON, **variables)
    body = b'{"requestContext":{"http":{"method":"GET"},"domainName":"a.lambda-url.b"}}'

    def answer(request_id, qualifier):
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:f{qualifier}"
        raw = RawInvocation(made.client, made.handler, request_id, body, "application/json", None, None, arn, made.clock() + 20_000, (), {})
        return made.gate.plan(read_invocation(raw, ()))

    streamed, buffered = answer("r-1", ":live"), answer("r-2", "")
    assert (streamed.streamed, streamed.body[: len(metadata)], streamed.body.count(b"}" + b"\0" * 8 + b"{")) == (True, metadata, 1)
    assert (buffered.streamed, b"\0" in buffered.body) == (False, False)


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
