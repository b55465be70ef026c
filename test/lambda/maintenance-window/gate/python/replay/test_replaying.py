"""Replay pointers, through a client's seam. Order and outcomes are those of the Node.js gate."""

import json

import pytest
from patient_lambda_gate.held.items import encode_row
from patient_lambda_gate.quiet.reading import ReadFailed
from rows import KEY, put
from world import DENIED, OFF, ON, POINTER, UNKNOWN

UNKNOWN_EVENT = {"body": UNKNOWN, "source": "direct"}


OWN = {"ok": 1}  # what the handler returns unless a test says otherwise


def status(made) -> str:
    kind, answer = made.invoke(POINTER)
    assert kind == "result"
    return "DONE" if answer == OWN else answer["maintenanceReplay"]["status"]


def test_a_replay_runs_on_the_original_event_and_writes_before_it_answers(world):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT, envelope={"schema": 1, "clientContext": '{"custom":{"own":1}}', "identity": '{"cognitoIdentityId":"i"}'})
    states = []
    made.result = lambda event, context: states.append(made.dynamo.row(KEY)["state"]) or OWN
    post = made.client.post_invocation_result
    made.client.post_invocation_result = lambda *arguments: (states.append(made.dynamo.row(KEY)["state"]), post(*arguments))
    assert status(made) == "DONE"
    assert states == ["RUNNING", "DONE"]
    event, context = made.seen[0]
    assert (event, json.loads(context["client"])["custom"]["own"], context["identity"]) == ({"a": 1.1}, 1, '{"cognitoIdentityId":"i"}')
    assert json.loads(context["client"])["custom"]["maintenanceReplay"]["attempt"] == 1
    assert made.reporter.metrics == ["replayed"]


def test_the_replay_of_a_batch_names_its_messages_and_how_often_they_were_received(world):
    made = world(OFF)
    records = [{"messageId": name, "attributes": {"ApproximateReceiveCount": count}} for name, count in (("a", "1"), ("b", "2"))]
    body = json.dumps({"Records": records}).encode()
    put(made.dynamo, body=body, source="sqs", only=["b"])
    assert status(made) == "DONE"
    mark = json.loads(made.seen[0][1]["client"])["custom"]["maintenanceReplay"]
    assert mark["messages"] == [{"messageId": "b", "receiveCount": 2}]


@pytest.mark.parametrize(("result", "content_type"), [(b'{"ok":1}', "application/unknown"), (OWN, "application/json")], ids=["bytes", "JSON"])
def test_the_result_of_a_replay_is_posted_as_the_handler_gave_it(world, result, content_type):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT)
    made.result = lambda event, context: result
    assert status(made) == "DONE"
    assert made.client.content_type == content_type


def test_what_is_no_result_is_posted_as_json(world):
    made = world(OFF)
    put(made.dynamo, body=UNKNOWN, source="sqs")
    made.result = lambda event, context: b'{"batchItemFailures":[{"itemIdentifier":"b"}]}'
    assert status(made) == "FAILED"
    assert made.client.content_type == "application/json"


def test_a_replay_that_fails_is_a_normal_answer(world):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT)

    def boom(event, context):
        raise ValueError("boom")

    made.result = boom
    assert status(made) == "FAILED"
    assert (made.dynamo.row(KEY)["state"], made.dynamo.row(KEY)["outcome"]["errorType"]) == ("PENDING", "ValueError")
    assert made.reporter.metrics == ["replayFailed"]


def test_the_last_failure_is_announced(world):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT, attempt=4)
    made.result = lambda event, context: {1, 2}  # which no JSON can say
    assert status(made) == "FAILED"
    assert made.dynamo.row(KEY)["state"] == "QUARANTINED"
    assert made.reporter.metrics == ["replayFailed", "quarantined"]


def test_a_pointer_that_comes_twice_starts_once(world):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT)
    assert [status(made), status(made)] == ["DONE", "REFUSED"]
    assert (len(made.seen), made.reporter.metrics) == (1, ["replayed", "replayRefused"])


@pytest.mark.parametrize(("answer", "variables"), [(ON, {}), (ReadFailed("x"), {"PATIENT_LAMBDA_ON_WINDOW_UNKNOWN": "DEFER"})], ids=["on", "unknown"])
def test_a_pointer_that_meets_a_window_is_returned_and_never_kept(world, answer, variables):
    made = world(answer, **variables)
    put(made.dynamo, **UNKNOWN_EVENT)
    assert status(made) == "RETURNED"
    assert (list(made.dynamo.items), made.dynamo.row(KEY)["state"], made.seen) == ([KEY], "PENDING", [])


def test_a_damaged_body_is_a_failed_attempt(world):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT)
    made.dynamo.items[KEY]["bodySha256"] = {"S": "0" * 64}
    assert status(made) == "FAILED"
    assert (made.dynamo.row(KEY)["outcome"]["errorType"], made.seen) == ("BodyDamaged", [])


def test_a_store_that_fails_at_the_start_is_an_error(world):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT)
    made.dynamo.always = DENIED
    assert made.error(POINTER) == "ReplayStoreFailed"
    assert made.seen == []


def test_an_outcome_that_cannot_be_written_is_an_error(world):
    made = world(OFF)
    put(made.dynamo, **UNKNOWN_EVENT)
    made.dynamo.faults = [None, DENIED]
    assert made.error(POINTER) == "ReplayStoreFailed"
    assert (len(made.seen), made.dynamo.row(KEY)["state"]) == (1, "RUNNING")


def test_failed_items_of_a_batch_run_again_alone(world):
    made = world(OFF)
    body = b'{"Records":[{"eventSource":"aws:sqs","messageId":"a"},{"eventSource":"aws:sqs","messageId":"b"}]}'
    put(made.dynamo, source="sqs", body=body)
    made.result = lambda event, context: {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert status(made) == "PARTIAL"
    claimed = {**made.dynamo.row(KEY), "state": "CLAIMED", "token": "t"}
    made.dynamo.items[KEY] = encode_row(claimed)
    made.result = lambda event, context: OWN
    assert status(made) == "DONE"
    assert [[record["messageId"] for record in event["Records"]] for event, _ in made.seen] == [["a", "b"], ["b"]]


@pytest.mark.parametrize("body", [b'{"Records":{}}', b"\xff"], ids=["no list", "not JSON"])
def test_a_kept_event_that_is_not_a_batch_cannot_run_in_part(world, body):
    made = world(OFF)
    put(made.dynamo, source="sqs", body=body, only=["b"])
    assert status(made) == "FAILED"
    assert made.dynamo.row(KEY)["outcome"]["errorMessage"] == "the kept event is not a batch, though only some of its items are to run"
    assert made.seen == []


def test_a_source_that_only_a_newer_version_knows_runs_as_a_direct_one(world):
    made = world(OFF)
    put(made.dynamo, body=UNKNOWN, source="of-tomorrow")
    assert (status(made), made.seen[0][0]) == ("DONE", {"a": 1.1})
