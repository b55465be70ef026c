"""What becomes of an invocation, through a client's seam. Order and outcomes are those of the Node.js gate."""

import json

import fake_client
import pytest
from conftest import contract_file
from fake_services import Clock, failing
from test_replay import KEY, REPLAY, row

from patient_lambda_gate import held
from patient_lambda_gate.attach import attach, check_seams
from patient_lambda_gate.aws import AwsClient
from patient_lambda_gate.gate import Gate
from patient_lambda_gate.items import encode_item
from patient_lambda_gate.reading import ReadFailed
from patient_lambda_gate.services import Services
from patient_lambda_gate.settings import Settings
from patient_lambda_gate.window_cache import WindowCache
from test_window_cache import Reader, reading

NOW = 1_800_000_000_000
S3 = b'{"Records":[{"eventSource":"aws:s3","s3":{"object":{"sequencer":"1"}}}]}'
UNKNOWN = b'{"a": 1.10}'
HTTP = b'{"version":"2.0","requestContext":{"http":{"method":"GET"}}}'
HOP = b'{"$longRunningOperation":{"hop":2}}'
POINTER = json.dumps({REPLAY["pointer"]["key"]: {"requestId": "r-1", "token": "t"}}, separators=(",", ":")).encode()


class World:
    """A client with a gate in front of it; ``seen`` is what the handler got."""

    def __init__(self, environment, dynamo, reporter, answers, variables) -> None:
        settings = Settings({**environment, **variables})
        self.clock, self.seen, self.client, self.dynamo, self.reporter = Clock(NOW), [], fake_client.LambdaRuntimeClient(), dynamo, reporter
        self.reader = Reader(*answers)
        everything = {**environment, "AWS_ENDPOINT_URL": dynamo.server.url, **variables}
        self.bootstrap = fake_client.module()
        cache = WindowCache(settings, lambda: self.reader, reporter, self.clock, lambda low, high: high)
        services = lambda: Services(AwsClient(everything, self.clock), settings, reporter, everything, self.clock)  # noqa: E731
        self.gate = Gate(settings, cache, reporter, self.clock, services, check_seams(self.bootstrap, "test"))
        attach(self.bootstrap, self.gate, lambda: self.clock() / 1000)
        self.result = lambda event, context: {"ok": 1}

    def handler(self, event, context):
        self.seen.append((event, context))
        return self.result(event, context)

    def invoke(self, body, request_id="r-9", context=None, handler=None):
        self.bootstrap.handle_event_request(
            self.client, handler or self.handler, request_id, body, "application/json", context, None, "arn:f:live", self.clock() + 20_000, "tenant", None, "inv-1",
        )
        kind, posted_id, content, invocation_id = self.client.posted.pop()
        assert (posted_id, invocation_id, self.client.posted) == (request_id, "inv-1", [])
        return kind, json.loads(content) if kind == "result" else content

    def error(self, *arguments, **more) -> str:
        kind, content = self.invoke(*arguments, **more)
        assert kind == "error"
        return content["errorType"]


@pytest.fixture
def world(environment, dynamo, reporter):
    return lambda *answers, **variables: World(environment, dynamo, reporter, answers, variables)


ON = reading("on # db")
OFF = reading("auto")
GUARDED = reading("auto", modified=NOW - 60_000)
DENIED = failing(400, "AccessDeniedException")


def test_outside_a_window_the_handler_runs_and_nothing_is_called(world):
    made = world(OFF)
    for body in (S3, UNKNOWN, HTTP, b'{"$maintenanceReplay":1}'):
        assert made.invoke(body) == ("result", {"ok": 1})
    assert (len(made.seen), made.dynamo.calls, made.reporter.metrics) == (4, [], [])


def test_the_handler_sees_the_callers_context_without_a_forged_mark(world):
    made = world(OFF)
    made.invoke(UNKNOWN, context='{"custom":{"maintenanceReplay":{},"own":1}}')
    assert made.seen[0][1]["client"] == '{"custom": {"own": 1}}'


def test_inside_a_window_an_event_is_kept_before_it_is_answered(world):
    made = world(ON)
    kind, content = made.invoke(S3, context='{"custom":{}}')
    assert (kind, content["maintenanceWindow"]["status"]) == ("result", "DEFERRED")
    stored = made.dynamo.row("fn#r-9")
    assert (stored["body"], stored["source"], made.seen) == (S3, "s3", [])
    assert stored["envelope"] == {
        "schema": 1, "functionArn": "arn:f:live", "functionVersion": "7", "sourceIds": ["1"], "clientContext": '{"custom":{}}', "tenantId": "tenant",
        "operatorParameter": "/w/operator", "operatorVersion": 1, "cacheTtl": 30, "lead": 0, "reason": "db",
    }
    assert made.reporter.metrics == ["deferred"]


def test_an_unknown_event_is_counted_as_such(world):
    made = world(ON)
    made.invoke(UNKNOWN)
    assert made.reporter.metrics == ["deferred", "unrecognizedSource"]


def test_bytes_that_are_no_json_are_kept_and_answered(world):
    made = world(ON)
    assert made.invoke(b"\xff{")[1]["maintenanceWindow"]["status"] == "DEFERRED"
    assert made.dynamo.row("fn#r-9")["body"] == b"\xff{"


def test_a_store_that_fails_is_an_error_and_never_the_marker(world):
    made = world(ON)
    made.dynamo.always = DENIED
    assert made.error(S3) == "EventNotStored"
    assert (made.reporter.metrics, made.seen) == (["storeFailed"], [])


def test_a_hop_of_a_running_operation_always_runs(world):
    for answer, variables in [(ON, {}), (GUARDED, {}), (ReadFailed("x"), {"PATIENT_LAMBDA_ON_WINDOW_UNKNOWN": "FAIL"})]:
        made = world(answer, **variables)
        assert made.invoke(HOP) == ("result", {"ok": 1})


def test_http_is_rejected_in_its_own_shape(world):
    made = world(ON)
    assert made.invoke(HTTP)[1]["statusCode"] == 503
    assert (made.reporter.metrics, made.dynamo.calls) == (["rejected"], [])


@pytest.mark.parametrize(("deferral", "expected"), [({"s3": "RUN"}, {"ok": 1}), ({"s3": "REJECT"}, "MaintenanceWindowActive")])
def test_a_source_can_be_treated_otherwise(world, deferral, expected):
    kind, content = world(ON, PATIENT_LAMBDA_DEFERRAL=json.dumps(deferral)).invoke(S3)
    assert (content if kind == "result" else content["errorType"]) == expected


def test_every_source_gets_what_the_contract_says(world, server):
    """An event of each source, through the whole gate."""
    events = {vector["source"]: vector for vector in contract_file("sources.vectors")["vectors"] if "event" in vector}
    for known in contract_file("sources")["sources"]:
        if known["name"] in ("cloudformation", "unknown", "sqs-fifo"):
            continue
        made = world(ON)
        kind, content = made.invoke(json.dumps(events[known["name"]]["event"]).encode(), request_id=known["name"])
        is_kept = f"fn#{known['name']}" in made.dynamo.items
        assert is_kept == (known["action"] == "DEFER"), known["name"]
        assert (kind == "result") == (known["action"] == "DEFER" or known["answer"] in ("http", "alb")), known["name"]
        assert made.seen == []


@pytest.mark.parametrize(("mode", "expected"), [("RUN", {"ok": 1}), ("DEFER", "DEFERRED"), ("FAIL", "MaintenanceWindowUnknown")])
def test_a_window_that_is_not_known(world, mode, expected):
    kind, content = world(ReadFailed("AccessDeniedException"), PATIENT_LAMBDA_ON_WINDOW_UNKNOWN=mode).invoke(UNKNOWN)
    if kind == "error":
        assert (content["errorType"], "AccessDeniedException" in content["errorMessage"]) == (expected, True)
    else:
        assert (content.get("maintenanceWindow", {}).get("status") or content) == expected


def test_shortly_after_a_window_an_event_that_is_kept_is_not_run_as_well(world):
    made = world(GUARDED)
    made.dynamo.items["fn#r-9"] = encode_item(row(id="fn#r-9", state="PENDING", envelope={"until": NOW - 1}))
    assert made.invoke(S3)[1]["maintenanceWindow"] == {"status": "DEFERRED", "requestId": "r-9", "until": "2027-01-15T07:59:59.999Z"}
    assert made.seen == []


def test_shortly_after_a_window_an_event_that_is_not_kept_runs(world):
    made = world(GUARDED)
    assert made.invoke(S3) == ("result", {"ok": 1})
    assert [operation for operation, _ in made.dynamo.calls] == ["GetItem"]


def test_shortly_after_a_window_what_was_left_half_written_is_finished(world):
    made = world(GUARDED)
    made.dynamo.items["fn#r-9"] = encode_item({"id": "fn#r-9", "state": "WRITING", "writeId": "w", "chunks": 3, "deferredAt": 1})
    assert made.invoke(S3)[1]["maintenanceWindow"]["status"] == "DEFERRED"
    assert (made.dynamo.row("fn#r-9")["state"], made.seen) == ("PENDING", [])


def test_shortly_after_a_window_callers_that_wait_are_not_looked_up(world):
    made = world(GUARDED)
    assert made.invoke(HTTP) == ("result", {"ok": 1})
    assert made.dynamo.calls == []


def test_a_look_up_that_fails_is_an_error_to_sources_that_retry_and_runs_for_others(world):
    made = world(GUARDED)
    made.dynamo.always = DENIED
    assert made.error(S3) == "DuplicateCheckFailed"
    assert made.invoke(UNKNOWN) == ("result", {"ok": 1})
    assert (made.reporter.metrics, len(made.seen)) == (["storeFailed", "duplicateCheckSkipped"], 1)


def put(made, **more):
    made.dynamo.items[KEY] = encode_item(row(body=UNKNOWN, bodySize=len(UNKNOWN), bodySha256=SHA, source="unknown", **more))


SHA = __import__("hashlib").sha256(UNKNOWN).hexdigest()


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
    made.dynamo.items[KEY] = encode_item(row(source="sqs", body=body, bodySize=len(body), bodySha256=__import__("hashlib").sha256(body).hexdigest()))
    made.result = lambda event, context: {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert status(made) == "PARTIAL"
    claimed = {**made.dynamo.row(KEY), "state": "CLAIMED", "token": "t"}
    made.dynamo.items[KEY] = encode_item(claimed)
    made.result = lambda event, context: None
    assert status(made) == "DONE"
    assert [[record["messageId"] for record in event["Records"]] for event, _ in made.seen] == [["a", "b"], ["b"]]


def test_an_error_of_the_gate_itself_is_an_error_to_the_source(world, monkeypatch):
    made = world(ON)
    monkeypatch.setattr(made.gate.cache, "state", lambda remaining: 1 / 0)
    assert made.error(S3) == "ZeroDivisionError"
    assert made.seen == []


def test_errors_of_posting_are_the_clients_own(world):
    made = world(ON)

    def broken(*arguments):
        raise ConnectionError("gone")

    made.client.post_invocation_result = broken
    with pytest.raises(ConnectionError):
        made.invoke(S3)


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
    assert __import__("os").environ["_HANDLER"] == "patient_lambda_gate.held.handler"
    made.invoke(S3, handler=held.handler)
    assert loads == []
    made.clock.now += 30_000
    for _ in range(2):
        assert made.invoke(S3, handler=held.handler) == ("result", {"ok": 1})
    assert (loads, __import__("os").environ["_HANDLER"]) == (["app.handler"], "app.handler")


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


@pytest.mark.parametrize(("answer", "mode", "held_back"), [(ON, "RUN", True), (OFF, "DEFER", False), (ReadFailed("x"), "RUN", False), (ReadFailed("x"), "DEFER", True), (ReadFailed("x"), "FAIL", True)])
def test_holding_at_boot(world, answer, mode, held_back):
    assert world(answer, PATIENT_LAMBDA_ON_WINDOW_UNKNOWN=mode).gate.holds_at_boot() is held_back
