"""Messages of FIFO queues that are left where they are."""

import json

import pytest
from fake_services import DROP, failing, wall_clock
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.held.fifo import extend_visibility


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
