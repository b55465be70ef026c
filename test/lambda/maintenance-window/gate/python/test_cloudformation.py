"""Custom-resource requests inside a window, and FIFO queues."""

import json

import pytest
from conftest import contract_file
from fake_services import DROP, Clock, failing, wall_clock
from patient_lambda_aws.client import AwsClient
from patient_lambda_aws.transport import Transport
from patient_lambda_gate.held.cloudformation import NotDelivered, deliver, held_response, is_response_url
from patient_lambda_gate.held.fifo import extend_visibility

RULES = contract_file("custom-resource/custom-resource")
REQUEST = {"StackId": "s", "RequestId": "r", "LogicalResourceId": "l"}


@pytest.mark.parametrize("vector", RULES["heldVectors"], ids=lambda vector: json.dumps(vector["request"]))
def test_held_response(vector):
    found = held_response({**REQUEST, **vector["request"]}, "why")
    assert {name: found[name] for name in vector["answer"]} == vector["answer"]
    assert (found["StackId"], found["RequestId"], found["LogicalResourceId"]) == ("s", "r", "l")
    assert found["Reason"] == ("" if vector["answer"]["Status"] == "SUCCESS" else "why")


def test_a_response_is_not_longer_than_cloudformation_takes():
    found = held_response({**REQUEST, "RequestType": "Update", "PhysicalResourceId": "p" * 1024}, "x" * 5000)
    assert len(json.dumps(found)) == RULES["responseBytes"]["most"]


@pytest.mark.parametrize(
    ("url", "variables", "expected"),
    [
        ("https://bucket.s3.amazonaws.com/x?y", {}, True),
        ("http://bucket.s3.amazonaws.com/x", {}, False),
        ("http://127.0.0.1:4566/x", {}, False),
        ("http://127.0.0.1:4566/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, True),
        ("http://127.0.0.1:4566/x", {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:4566/"}, True),
        ("http://127.0.0.1:4567/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, False),
        ("http://localhost:4566/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, False),
        ("http://10.0.0.1:4566/x", {"AWS_ENDPOINT_URL": "http://10.0.0.1:4566"}, False),
        ("http://127.0.0.1:4566/x", {"AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:4566"}, False),
        ("...", {}, False),
        ("file:///etc/passwd", {}, False),
        ("https://", {}, False),
        ("https://bucket.s3.amazonaws.com:x/", {}, False),
        ("http://127.0.0.1:x/", {}, False),
    ],
)
def test_response_url(url, variables, expected):
    assert is_response_url(url, variables) is expected


def put(server, answers: list, milliseconds: float = 3000):
    service = server(lambda *_: answers.pop(0) if len(answers) > 1 else answers[0])
    pauses = []
    try:
        deliver(Transport({}), service.url + "/answer?signature=a%2Fb", {"Status": "FAILED"}, wall_clock() + milliseconds, wall_clock, pauses.append)
    finally:
        put.requests = service.requests


def test_a_response_is_put_with_an_empty_content_type(server):
    put(server, [(200, b"")])
    ((operation, body, headers, path),) = put.requests
    assert (operation, json.loads(body), headers["content-type"], path) == ("PUT", {"Status": "FAILED"}, "", "/answer?signature=a%2Fb")


@pytest.mark.parametrize("fault", [(500, b""), (503, b""), (429, b""), DROP], ids=["500", "503", "429", "dropped"])
def test_what_passes_is_put_again(server, fault):
    put(server, [fault, fault, (200, b"")])
    assert len(put.requests) == 3


@pytest.mark.parametrize("status", [403, 400, 302])
def test_what_does_not_pass_is_not_put_again(server, status):
    with pytest.raises(NotDelivered, match=str(status)):
        put(server, [(status, b"")])
    assert len(put.requests) == 1


def test_a_response_that_cannot_be_delivered_ends_in_time(server):
    clock = Clock()

    def unavailable(*_):
        clock.now += 1_000
        return 503, b""

    service = server(unavailable)
    with pytest.raises(NotDelivered, match="503"):
        deliver(Transport({}), service.url, {}, clock.now + 2_500, clock, lambda seconds: None)
    assert len(service.requests) == 3


def queue_event(count: int) -> dict:
    arn = "arn:aws:sqs:us-east-1:111122223333:q.fifo"
    return {
        "Records": [
            {"eventSource": "aws:sqs", "eventSourceARN": arn, "messageId": f"m{number}", "receiptHandle": f"h{number}"} for number in range(count)
        ]
    }


def extend(server, environment, event: dict, answer) -> tuple:
    service = server(lambda *_: answer)
    failure = extend_visibility(AwsClient({**environment, "AWS_ENDPOINT_URL_SQS": service.url}, wall_clock), event, 90_500, 10_000)
    return failure, [(operation, json.loads(body)) for operation, body, _, _ in service.requests], service


def test_messages_of_a_fifo_queue_stay_out_of_sight(server, environment):
    failure, calls, service = extend(server, environment, queue_event(2), (200, {"Successful": []}))
    assert failure is None
    entries = [{"Id": str(number), "ReceiptHandle": f"h{number}", "VisibilityTimeout": 91} for number in range(2)]
    assert calls == [("ChangeMessageVisibilityBatch", {"QueueUrl": f"{service.url}/111122223333/q.fifo", "Entries": entries})]


def test_a_call_takes_ten_messages_at_most(server, environment):
    _, calls, _ = extend(server, environment, queue_event(12), (200, {}))
    assert [len(request["Entries"]) for _, request in calls] == [10, 2]


@pytest.mark.parametrize(
    ("answer", "message"),
    [(failing(400, "AccessDenied"), "AccessDenied"), (DROP, "NetworkError"), ((200, {"Failed": [{"Id": "0", "Code": "Gone"}]}), "Gone")],
)
def test_what_goes_wrong_is_told_and_does_no_harm(server, environment, answer, message):
    failure, _, _ = extend(server, environment, queue_event(1), answer)
    assert message in failure


def test_an_event_without_handles_does_no_harm(server, environment):
    failure, calls, _ = extend(server, environment, {"Records": [{"eventSourceARN": "x.fifo"}]}, (200, {}))
    assert (failure is not None, calls) == (True, [])
