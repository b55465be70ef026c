"""Requests, batches of pipes and ends of tumbling windows that meet a window. What every source gets is in quiet/test_gate.py."""

import json

import pytest
from contract_files import contract_file
from patient_lambda_gate.quiet.invocation import RawInvocation, read_invocation
from patient_lambda_gate.quiet.plan import plan
from patient_lambda_gate.quiet.reading import ReadFailed
from world import DENIED, GUARDED, HTTP, OFF, ON, S3, UNKNOWN

GET = b'{"version":"2.0","rawPath":"/orders/1","requestContext":{"http":{"method":"GET"}}}'
POST = GET.replace(b"GET", b"POST")
READS = {"PATIENT_LAMBDA_ALWAYS_RUN": '["GET /*","* /health"]'}
RAN = ("result", {"ok": 1})
UNREAD = ReadFailed("AccessDeniedException")
NEVER_MADE = contract_file("cloudformation/answer")["createFailedId"]
BEHIND = {"ResourceProperties": {"ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:framework"}}
TAKEN = (200, b"")
FIFO = b'{"Records":[{"eventSource":"aws:sqs","messageId":"a","eventSourceARN":"arn:aws:sqs:us-east-1:111122223333:q.fifo"}]}'
SQS = FIFO.replace(b".fifo", b"")
KINESIS = b'{"Records":[{"eventSource":"aws:kinesis","kinesis":{"sequenceNumber":"1"}}]}'


def request(made, **members):
    """A Create, or what its members make of it."""
    known = {"RequestType": "Create", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l", "ResponseURL": made.dynamo.server.url + "/answer"}
    return json.dumps({**known, **members}).encode()


def delete_of_nothing(made, **members):
    return request(made, RequestType="Delete", PhysicalResourceId=NEVER_MADE, **members)


def put(made):
    return [(operation, answer["Status"], answer["PhysicalResourceId"]) for operation, answer in made.dynamo.calls]


def deferral(source, action):
    return {"PATIENT_LAMBDA_DEFERRAL": json.dumps({source: action})} if action else {}


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
        return plan(made.gate.parts, read_invocation(raw, ()))

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


@pytest.mark.parametrize(
    ("answer", "variables"),
    [
        (ON, {}),
        (OFF, {}),
        (GUARDED, {}),
        (UNREAD, {"PATIENT_LAMBDA_ON_WINDOW_UNKNOWN": "FAIL"}),
        (UNREAD, {"PATIENT_LAMBDA_ON_WINDOW_UNKNOWN": "DEFER"}),
        (UNREAD, {"PATIENT_LAMBDA_ON_WINDOW_UNKNOWN": "RUN"}),
        (ON, {"PATIENT_LAMBDA_DEFERRAL": '{"cloudformation":"RUN"}'}),
    ],
    ids=["on", "off", "just over", "unknown: FAIL", "unknown: DEFER", "unknown: RUN", "on, and requests run"],
)
def test_a_delete_of_what_was_never_made_succeeds_without_the_handler(world, answer, variables):
    made = world(answer, **variables)
    made.dynamo.always = TAKEN
    assert made.invoke(delete_of_nothing(made)) == ("result", {})
    assert put(made) == [("PUT", "SUCCESS", NEVER_MADE)]
    assert made.seen == []
    assert "rejected" not in made.reporter.metrics


def test_a_delete_of_what_was_never_made_is_seen_on_the_warm_path_wherever_its_members_are(world):
    made = world(OFF)
    made.invoke(UNKNOWN)
    body = delete_of_nothing(made)
    backwards = json.dumps(dict(reversed(json.loads(body).items()))).encode()
    assert [made.gate.is_quiet(order, None) for order in (body, backwards)] == [False, False]
    assert [made.gate.is_quiet(other, None) for other in (HTTP, request(made, RequestType="Delete", PhysicalResourceId="own-1"))] == [True, True]


@pytest.mark.parametrize("answer", [ON, OFF], ids=["on", "off"])
def test_a_delete_of_what_was_never_made_is_an_error_when_cloudformation_does_not_take_the_answer(world, answer):
    made = world(answer)
    made.dynamo.always = (403, b"")
    kind, error = made.invoke(delete_of_nothing(made))
    message = "the Delete of a resource that was never made is SUCCESS, but CloudFormation could not be told so: the ResponseURL answered 403."
    assert (kind, error["errorType"], error["errorMessage"]) == ("error", "RequestNotAnswered", message)
    assert made.seen == []


def test_a_delete_of_what_was_never_made_that_another_function_answers_is_left_to_it(world):
    made = world(ON)
    made.dynamo.always = TAKEN
    assert made.error(delete_of_nothing(made, **BEHIND)) == "MaintenanceWindowActive"
    assert put(made) == []


@pytest.mark.parametrize("answer", [OFF, GUARDED], ids=["off", "just over"])
def test_outside_a_window_the_handler_gets_a_delete_of_what_was_never_made_that_another_function_answers(world, answer):
    made = world(answer)
    made.dynamo.always = TAKEN
    assert made.invoke(delete_of_nothing(made, **BEHIND)) == RAN
    assert put(made) == []


def test_other_events_that_name_that_id_run_outside_a_window(world):
    made = world(OFF)
    made.dynamo.always = TAKEN
    others = [request(made, RequestType=kind, PhysicalResourceId=NEVER_MADE) for kind in ("Create", "Update")]
    for body in (*others, json.dumps({"note": NEVER_MADE}).encode()):
        assert made.invoke(body) == RAN
    assert put(made) == []


def test_a_request_whose_url_is_not_to_be_answered_is_an_error(world):
    made = world(ON)
    kind, error = made.invoke(request(made, ResponseURL=""))
    assert (kind, error["errorType"]) == ("error", "MaintenanceWindowActive")
    assert error["errorMessage"].endswith("CloudFormation could not be told so: the ResponseURL is not an https URL.")


@pytest.mark.parametrize("behind", [{}, BEHIND], ids=["its own", "of a framework"])
@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_an_operation_of_another_library_that_is_under_way_goes_on_in_a_window(world, request_type, behind):
    made = world(ON)
    made.dynamo.always = TAKEN
    assert made.invoke(request(made, RequestType=request_type, CrHelperPoll=True, **behind)) == RAN
    assert made.reporter.metrics == []


def test_an_operation_of_another_library_goes_on_while_nobody_knows_the_window(world):
    made = world(UNREAD, PATIENT_LAMBDA_ON_WINDOW_UNKNOWN="FAIL")
    assert made.invoke(request(made, CrHelperPoll=True)) == RAN


@pytest.mark.parametrize(
    ("variables", "metrics"),
    [({}, ["unrecognizedContinuation"]), ({"PATIENT_LAMBDA_DEFERRAL": '{"cloudformation":"RUN"}'}, [])],
    ids=["held", "running anyway"],
)
def test_an_operation_that_is_told_by_a_member_that_nobody_knows_is_counted_unless_requests_run_anyway(world, variables, metrics):
    made = world(ON, **variables)
    made.dynamo.always = TAKEN
    assert made.invoke(request(made, MyAttempt=2)) == RAN
    assert made.reporter.metrics == metrics


@pytest.mark.parametrize(("source", "event", "action"), [("s3", S3, "RUN"), ("s3", S3, "REJECT"), ("sqs", SQS, "LEAVE"), ("kinesis", KINESIS, None)])
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
