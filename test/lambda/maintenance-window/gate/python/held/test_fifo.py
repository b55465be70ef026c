"""Messages of FIFO queues that are left where they are."""

import json

import pytest
from fake_services import DROP, Clock, failing
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.held.fifo import extend_visibility


def queue_event(count: int) -> dict:
    arn = "arn:aws:sqs:us-east-1:111122223333:q.fifo"
    return {
        "Records": [
            {"eventSource": "aws:sqs", "eventSourceARN": arn, "messageId": f"m{number}", "receiptHandle": f"h{number}"} for number in range(count)
        ]
    }


def extend(server, environment, event: object, *answers, remaining: float = 10_000) -> tuple:
    """What went wrong, the requests, and the service, each of whose answers takes a second."""
    clock, left = Clock(), list(answers)

    def answer(*_):
        clock.now += 1_000
        return left.pop(0) if len(left) > 1 else left[0]

    service = server(answer)
    client = AwsClient({**environment, "AWS_ENDPOINT_URL_SQS": service.url}, clock)
    failure = extend_visibility(client, event, 90_500, remaining)
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
    "fault",
    [failing(400, "ThrottlingException"), failing(400, "RequestThrottled"), failing(500, "InternalError"), DROP],
    ids=["throttled", "throttled by another name", "500", "dropped"],
)
def test_what_passes_is_tried_again(server, environment, fault):
    failure, calls, _ = extend(server, environment, queue_event(1), fault, fault, (200, {}))
    assert (failure, len(calls)) == (None, 3)
    assert calls[0] == calls[1] == calls[2]


@pytest.mark.parametrize(("remaining", "requests"), [(60_000, 5), (10_000, 5), (5_000, 3)], ids=["a long time", "10 s", "5 s"])
def test_a_queue_that_throttles_for_good_is_given_up_in_time(server, environment, remaining, requests):
    failure, calls, _ = extend(server, environment, queue_event(1), failing(400, "ThrottlingException"), remaining=remaining)
    assert (failure, len(calls)) == ("ThrottlingException: because", requests)


def test_all_calls_share_one_budget(server, environment):
    failure, calls, _ = extend(server, environment, queue_event(60), (200, {}), remaining=60_000)
    assert (failure.split(":")[0], len(calls)) == ("NoTimeLeft", 5)


@pytest.mark.parametrize(
    ("answer", "message"),
    [(failing(400, "AccessDenied"), "AccessDenied"), (DROP, "NetworkError"), ((200, {"Failed": [{"Id": "0", "Code": "Gone"}]}), "Gone")],
)
def test_what_goes_wrong_is_told_and_does_no_harm(server, environment, answer, message):
    failure, _, _ = extend(server, environment, queue_event(1), answer)
    assert message in failure


@pytest.mark.parametrize(
    "event",
    [
        {"Records": [{"eventSourceARN": "x.fifo"}]},
        {"Records": [{"eventSourceARN": "arn:aws:sqs:us-east-1:1:q.fifo"}]},
        {"Records": [{"eventSourceARN": "arn:aws:sqs:us-east-1:1:", "receiptHandle": "h"}]},
        {"Records": [{"eventSourceARN": 1, "receiptHandle": "h"}]},
        {"Records": []},
        {"Records": {}},
        [],
    ],
    ids=["no ARN", "no handle", "no name", "a number", "no records", "no list", "no object"],
)
def test_an_event_without_handles_does_no_harm(server, environment, event):
    failure, calls, _ = extend(server, environment, event, (200, {}))
    assert (failure is not None, calls) == (True, [])
