"""Replay pointers and held handlers, through a client's seam. Order and outcomes are those of the Node.js gate."""

import hashlib
import json
import os

import pytest
from patient_lambda_gate.client import late_handler as held
from patient_lambda_gate.held.items import encode_item
from patient_lambda_gate.quiet.reading import ReadFailed
from test_replay import KEY, row
from world import DENIED, OFF, ON, POINTER, S3, UNKNOWN


def put(made, **more):
    made.dynamo.items[KEY] = encode_item(row(body=UNKNOWN, bodySize=len(UNKNOWN), bodySha256=SHA, source="direct", **more))


SHA = hashlib.sha256(UNKNOWN).hexdigest()


def status(made) -> str:
    return made.invoke(POINTER)[1]["maintenanceReplay"]["status"]


def test_a_replay_runs_on_the_original_event_and_writes_before_it_answers(world):
    made = world(OFF)
    put(made, envelope={"schema": 1, "clientContext": '{"custom":{"own":1}}', "identity": '{"cognitoIdentityId":"i"}'})
    states = []
    made.result = lambda event, context: states.append(made.dynamo.row(KEY)["state"])
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
    made.dynamo.items[KEY] = encode_item(row(body=body, bodySize=len(body), bodySha256=hashlib.sha256(body).hexdigest(), source="sqs", only=["b"]))
    assert status(made) == "DONE"
    mark = json.loads(made.seen[0][1]["client"])["custom"]["maintenanceReplay"]
    assert mark["messages"] == [{"messageId": "b", "receiveCount": 2}]


def test_a_replay_that_fails_is_a_normal_answer(world):
    made = world(OFF)
    put(made)

    def boom(event, context):
        raise ValueError("boom")

    made.result = boom
    assert status(made) == "FAILED"
    assert (made.dynamo.row(KEY)["state"], made.dynamo.row(KEY)["outcome"]["errorType"]) == ("PENDING", "ValueError")
    assert made.reporter.metrics == ["replayFailed"]


def test_the_last_failure_is_announced(world):
    made = world(OFF)
    put(made, attempt=4)
    made.result = lambda event, context: {1, 2}  # which no JSON can say
    assert status(made) == "FAILED"
    assert made.dynamo.row(KEY)["state"] == "QUARANTINED"
    assert made.reporter.metrics == ["replayFailed", "quarantined"]


def test_a_pointer_that_comes_twice_starts_once(world):
    made = world(OFF)
    put(made)
    assert [status(made), status(made)] == ["DONE", "REFUSED"]
    assert (len(made.seen), made.reporter.metrics) == (1, ["replayed", "replayRefused"])


@pytest.mark.parametrize(("answer", "variables"), [(ON, {}), (ReadFailed("x"), {"PATIENT_LAMBDA_ON_WINDOW_UNKNOWN": "DEFER"})], ids=["on", "unknown"])
def test_a_pointer_that_meets_a_window_is_returned_and_never_kept(world, answer, variables):
    made = world(answer, **variables)
    put(made)
    assert status(made) == "RETURNED"
    assert (list(made.dynamo.items), made.dynamo.row(KEY)["state"], made.seen) == ([KEY], "PENDING", [])


def test_a_damaged_body_is_a_failed_attempt(world):
    made = world(OFF)
    put(made)
    made.dynamo.items[KEY]["bodySha256"] = {"S": "0" * 64}
    assert status(made) == "FAILED"
    assert (made.dynamo.row(KEY)["outcome"]["errorType"], made.seen) == ("BodyDamaged", [])


def test_a_store_that_fails_at_the_start_is_an_error(world):
    made = world(OFF)
    put(made)
    made.dynamo.always = DENIED
    assert made.error(POINTER) == "ReplayStoreFailed"
    assert made.seen == []


def test_an_outcome_that_cannot_be_written_is_an_error(world):
    made = world(OFF)
    put(made)
    made.dynamo.faults = [None, DENIED]
    assert made.error(POINTER) == "ReplayStoreFailed"
    assert (len(made.seen), made.dynamo.row(KEY)["state"]) == (1, "RUNNING")


def test_failed_items_of_a_batch_run_again_alone(world):
    made = world(OFF)
    body = b'{"Records":[{"eventSource":"aws:sqs","messageId":"a"},{"eventSource":"aws:sqs","messageId":"b"}]}'
    made.dynamo.items[KEY] = encode_item(row(source="sqs", body=body, bodySize=len(body), bodySha256=hashlib.sha256(body).hexdigest()))
    made.result = lambda event, context: {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert status(made) == "PARTIAL"
    claimed = {**made.dynamo.row(KEY), "state": "CLAIMED", "token": "t"}
    made.dynamo.items[KEY] = encode_item(claimed)
    made.result = lambda event, context: None
    assert status(made) == "DONE"
    assert [[record["messageId"] for record in event["Records"]] for event, _ in made.seen] == [["a", "b"], ["b"]]


@pytest.fixture
def held_handler(monkeypatch):
    monkeypatch.setattr(held, "_loaded", None)
    monkeypatch.setenv("_HANDLER", "app.handler")
    return held


def test_a_held_handler_is_loaded_by_the_first_invocation_that_may_run(world, held_handler):
    made = world(ON, OFF)
    loads = []
    made.bootstrap._get_handler = lambda name: loads.append(name) or made.handler
    held_handler.hold(made.bootstrap)
    assert os.environ["_HANDLER"] == "patient_lambda_gate.client.late_handler.handler"
    made.invoke(S3, handler=held.handler)
    assert loads == []
    made.clock.now += 30_000
    for _ in range(2):
        assert made.invoke(S3, handler=held.handler) == ("result", {"ok": 1})
    assert (loads, os.environ["_HANDLER"]) == (["app.handler"], "app.handler")


@pytest.mark.parametrize("name", ["get_handler", None])
def test_a_loader_under_another_name_is_found(world, held_handler, name, monkeypatch, tmp_path):
    made = world(OFF)
    del made.bootstrap._get_handler
    if name:
        setattr(made.bootstrap, name, lambda _: made.handler)
    else:
        (tmp_path / "late_app.py").write_text("def handler(event, context):\n    return {'ok': 1}\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("_HANDLER", "late_app.handler")
    held_handler.hold(made.bootstrap)
    assert made.invoke(S3, handler=held.handler) == ("result", {"ok": 1})


def test_a_late_load_that_fails_is_that_invocations_error_and_ends_the_process(world, held_handler):
    made = world(OFF)

    def broken(name):
        raise ImportError("no database")

    made.bootstrap._get_handler = broken
    held_handler.hold(made.bootstrap)
    with pytest.raises(SystemExit):
        made.invoke(S3, handler=held.handler)
    assert made.client.posted[0][2]["errorType"] == "ImportError"


def test_a_replay_whose_handler_cannot_be_loaded_is_a_failed_attempt(world, held_handler):
    made = world(OFF)
    put(made)

    def broken(name):
        raise ImportError("no database")

    made.bootstrap._get_handler = broken
    held_handler.hold(made.bootstrap)
    with pytest.raises(SystemExit):
        made.invoke(POINTER, handler=held.handler)
    assert made.dynamo.row(KEY)["outcome"]["errorType"] == "ImportError"
    assert json.loads(made.client.posted[0][2])["maintenanceReplay"]["status"] == "FAILED"


@pytest.mark.parametrize(
    ("answer", "mode", "held_back"),
    [(ON, "RUN", True), (OFF, "DEFER", False), (ReadFailed("x"), "RUN", False), (ReadFailed("x"), "DEFER", True), (ReadFailed("x"), "FAIL", True)],
)
def test_holding_at_boot(world, answer, mode, held_back):
    assert world(answer, PATIENT_LAMBDA_ON_WINDOW_UNKNOWN=mode).gate.holds_at_boot() is held_back
