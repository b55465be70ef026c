"""HTTP requests as the function's own options say, pipes, tumbling windows, requests without a ResponseURL. The rest is in quiet/test_gate.py."""

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


PIPE = b'[{"messageId":"a","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:111122223333:q.fifo"}]'


def test_a_pipes_batch_is_kept_while_nobody_knows_how_it_was_sent_and_counted(world):
    made = world(ON)
    kind, reply = made.invoke(PIPE)
    assert (kind, reply["batchItemFailures"], reply["maintenanceWindow"]["status"]) == ("result", [], "DEFERRED")
    assert made.reporter.metrics == ["deferred", "unrecognizedSource"]


@pytest.mark.parametrize(("action", "counted"), [("DEFER", "deferred"), ("LEAVE", "left")])
def test_a_pipes_batch_is_not_counted_when_the_construct_knows(world, action, counted):
    made = world(ON, PATIENT_LAMBDA_DEFERRAL=json.dumps({"pipe": action}))
    made.invoke(PIPE)
    assert made.reporter.metrics == [counted]


def test_the_end_of_a_window_of_time_without_records_is_left_to_its_stream(world):
    end = {"Records": [], "window": {}, "state": {"sum": 1}, "eventSourceARN": "arn:aws:kinesis:r:1:stream/s", "isFinalInvokeForWindow": True}
    made = world(ON)
    assert made.invoke(json.dumps(end).encode())[1]["errorType"] == "MaintenanceWindowActive"
    assert made.reporter.metrics == ["left"]


def test_a_request_whose_response_url_a_framework_keeps_is_an_error_to_the_framework(world):
    request = {"RequestType": "Create", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l", "ResourceType": "Custom::T"}
    made = world(ON)
    assert made.invoke(json.dumps(request).encode())[1]["errorType"] == "MaintenanceWindowActive"
    assert made.reporter.metrics == ["rejected"]
