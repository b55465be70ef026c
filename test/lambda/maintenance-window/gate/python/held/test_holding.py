"""HTTP requests that meet a window, as the function's own options say. What every source gets is in quiet/test_gate.py."""

import json

import pytest
from patient_lambda_gate.quiet.reading import ReadFailed
from world import DENIED, GUARDED, ON, S3

GET = b'{"version":"2.0","rawPath":"/orders/1","requestContext":{"http":{"method":"GET"}}}'
POST = GET.replace(b"GET", b"POST")
READS = {"PATIENT_LAMBDA_ALWAYS_RUN": '["GET /*","* /health"]'}
RAN = ("result", {"ok": 1})
FIFO = b'{"Records":[{"eventSource":"aws:sqs","messageId":"a","eventSourceARN":"arn:aws:sqs:us-east-1:111122223333:q.fifo"}]}'
SQS = FIFO.replace(b".fifo", b"")
KINESIS = b'{"Records":[{"eventSource":"aws:kinesis","kinesis":{"sequenceNumber":"1"}}]}'


def deferral(source, action):
    return {"PATIENT_LAMBDA_DEFERRAL": json.dumps({source: action})} if action else {}


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


@pytest.mark.parametrize(
    ("source", "event", "action"), [("s3", S3, "RUN"), ("s3", S3, "REJECT"), ("sqs", SQS, "LEAVE"), ("kinesis", KINESIS, None)]
)
def test_shortly_after_a_window_what_is_not_deferred_is_not_looked_up(world, source, event, action):
    made = world(GUARDED, **deferral(source, action))
    made.dynamo.always = DENIED
    assert made.invoke(event) == RAN
    assert made.dynamo.calls == []


@pytest.mark.parametrize(
    ("source", "event", "outcome", "metric"),
    [("sqs-fifo", FIFO, "error", "storeFailed"), ("api-gateway-http", GET, "result", "duplicateCheckSkipped")],
    ids=["a source that tries again hears of it", "a caller that waits gets its answer"],
)
def test_a_look_up_that_fails_for_what_the_function_defers(world, source, event, outcome, metric):
    made = world(GUARDED, **deferral(source, "DEFER"))
    made.dynamo.always = DENIED
    assert made.invoke(event)[0] == outcome
    assert made.reporter.metrics == [metric]


def test_shortly_after_a_window_an_http_request_that_always_runs_is_not_looked_up(world):
    made = world(GUARDED, **READS, **deferral("api-gateway-http", "DEFER"))
    assert made.invoke(GET) == RAN
    assert made.dynamo.calls == []
