"""Calls: what is repeated, and for how long."""

import json

import pytest
from fake_services import DROP, HANG, Clock, failing, wall_clock
from patient_lambda_aws.client import AwsClient, AwsError


def client(server, environment, answers: list) -> AwsClient:
    service = server(lambda *_: answers.pop(0) if len(answers) > 1 else answers[0])
    return AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, wall_clock)


@pytest.mark.parametrize(
    "fault",
    [
        failing(400, "ProvisionedThroughputExceededException"),
        failing(400, "ThrottlingException"),
        failing(400, "TransactionConflictException"),
        failing(500, "InternalServerError"),
        (503, b"<html>"),
        (429, {}),
        DROP,
        (200, b""),
        (200, b"[]"),
        (200, b"{", 100),
    ],
    ids=["throughput", "throttling", "a transaction on the row", "500", "503", "429", "dropped", "empty", "no object", "truncated"],
)
def test_what_passes_is_tried_again(server, environment, fault):
    assert client(server, environment, [fault, (200, {"Item": 1})]).call("dynamodb", "GetItem", {}, wall_clock() + 3000) == {"Item": 1}


def test_what_does_not_pass_is_not_tried_again(server, environment):
    answers = [failing(400, "AccessDeniedException"), (200, {})]
    with pytest.raises(AwsError, match="AccessDeniedException: because"):
        client(server, environment, answers).call("dynamodb", "GetItem", {}, wall_clock() + 3000)
    assert len(answers) == 1


def test_the_last_failure_is_reported_when_time_is_over(server, environment):
    clock = Clock()

    def throttled(*_):
        clock.now += 1_000
        return failing(400, "ThrottlingException")

    service = server(throttled)
    with pytest.raises(AwsError, match="ThrottlingException"):
        AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, clock).call("dynamodb", "GetItem", {}, clock.now + 2_500)
    assert len(service.requests) == 3


def test_an_attempt_with_hardly_any_time_hides_no_cause(server, environment):
    clock = Clock()

    def answer(*_):
        clock.now += 900
        return failing(400, "ThrottlingException") if clock.now == begin + 900 else HANG

    begin = clock.now
    service = server(answer)
    with pytest.raises(AwsError, match="ThrottlingException"):
        AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, clock).call("dynamodb", "GetItem", {}, begin + 1000)
    assert len(service.requests) == 2


def test_a_service_that_hangs_leaves_time_for_another_attempt(server, environment):
    assert client(server, environment, [HANG, (200, {"Item": 1})]).call("dynamodb", "GetItem", {}, wall_clock() + 2_000) == {"Item": 1}


def test_nothing_is_sent_without_time(server, environment):
    service = server(lambda *_: (200, {}))
    with pytest.raises(AwsError, match="NoTimeLeft"):
        AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, wall_clock).call("dynamodb", "PutItem", {}, wall_clock() - 1)
    assert service.requests == []


def test_requests_carry_the_session_token_and_the_target(server, environment):
    service = server(lambda *_: (200, {}))
    AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, wall_clock).call_once("ssm", "GetParameters", {"Names": ["é"]}, 1000)
    operation, body, headers, path = service.requests[0]
    assert (operation, json.loads(body), path) == ("GetParameters", {"Names": ["é"]}, "/")
    assert (headers["x-amz-security-token"], headers["content-type"]) == ("token", "application/x-amz-json-1.1")


@pytest.mark.parametrize("body", [b"", b"{}"], ids=["nothing", "an empty object"])
def test_sqs_may_answer_nothing(server, environment, body):
    answers = [(200, body), failing(500, "InternalError")]
    assert client(server, environment, answers).call("sqs", "ChangeMessageVisibilityBatch", {}, wall_clock() + 3000) == {}
    assert len(answers) == 1
