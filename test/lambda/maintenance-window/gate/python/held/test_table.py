"""Partial answers of DynamoDB. What else the table does is shown by the store's and the replays' tests."""

import fake_services
import pytest
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.held.table import StoreError, Table
from patient_lambda_python.taken import Chance, Clock

ITEM = {"pk": {"S": "a"}}
UNPROCESSED = {"events": {"Keys": [{"pk": {"S": "a"}}], "ConsistentRead": True}}
NOTHING = 200, {"Responses": {}, "UnprocessedKeys": UNPROCESSED}
ALL = 200, {"Responses": {"events": [ITEM]}, "UnprocessedKeys": {}}


@pytest.fixture
def read(server, environment, monkeypatch):
    """Reads one row of a service that answers as told; what came, the requests, and the pauses in milliseconds."""

    def made(answers: list, left: float) -> tuple:
        clock, pauses = fake_services.Clock(), []

        def sleep(seconds):
            pauses.append(seconds * 1000)
            clock.now += seconds * 1000

        monkeypatch.setattr(Clock, "sleep", sleep)
        service = server(lambda *_: answers.pop(0) if len(answers) > 1 else answers[0])
        rows = Table(AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, clock), "events")
        try:
            found = rows.get_many(["a"], clock.now + left)
        except StoreError as error:
            found = str(error)
        return found, service.requests, pauses

    return made


def test_the_rest_of_a_partial_answer_waits_longer_each_time(read, monkeypatch):
    monkeypatch.setattr(Chance, "between", lambda low, high: high)
    found, _, pauses = read([NOTHING] * 7 + [ALL], 60_000)
    assert (found, pauses) == ({"a": {"pk": "a"}}, [50, 100, 200, 400, 800, 1000, 1000])


def test_waits_are_drawn_between_a_half_and_the_whole(read, monkeypatch):
    drawn = []
    monkeypatch.setattr(Chance, "between", lambda low, high: drawn.append((low, high)) or low)
    read([NOTHING] * 2 + [ALL], 60_000)
    assert drawn == [(25, 50), (50, 100)]


def test_the_rest_is_given_up_in_the_last_second(read):
    found, requests, pauses = read([NOTHING], 3_000)
    assert found == "dynamodb:BatchGetItem failed, NoTimeLeft: the invocation ends before the rest can be read"
    assert 2 <= len(requests) <= 8
    assert sum(pauses) <= 3_000


@pytest.mark.parametrize(("left", "requests"), [(1_000, 1), (1_001, 2)])
def test_the_last_second_is_whole(read, left, requests):
    assert len(read([NOTHING, ALL], left)[1]) == requests


def test_an_answer_that_brought_something_is_followed_at_once(read):
    some = 200, {"Responses": {"events": [ITEM]}, "UnprocessedKeys": UNPROCESSED}
    assert read([some, ALL], 60_000)[2] == []
