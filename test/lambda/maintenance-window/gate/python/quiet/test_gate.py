"""What becomes of an invocation, through a client's seam. Order and outcomes are those of the Node.js gate."""

import json

import pytest
from contract_files import contract_file
from patient_lambda_gate.held.items import encode_row
from patient_lambda_gate.quiet.errors import GateNotAttached
from patient_lambda_gate.quiet.reading import ReadFailed
from rows import row
from world import DENIED, GUARDED, HOP, HTTP, NOW, OFF, ON, S3, UNKNOWN


def test_outside_a_window_the_handler_runs_and_nothing_is_called(world):
    made = world(OFF)
    for body in (S3, UNKNOWN, HTTP, b'{"$maintenanceReplay":1}'):
        assert made.invoke(body) == ("result", {"ok": 1})
    assert (len(made.seen), made.dynamo.calls, made.reporter.metrics) == (4, [], [])


def test_the_handler_sees_the_callers_context_without_a_forged_mark(world):
    made = world(OFF)
    for _ in range(2):  # cold, then warm
        made.invoke(UNKNOWN, context='{"custom":{"maintenanceReplay":{},"own":1}}')
    assert [context["client"] for _, context in made.seen] == ['{"custom":{"own":1}}'] * 2


def test_inside_a_window_an_event_is_kept_before_it_is_answered(world):
    made = world(ON)
    kind, content = made.invoke(S3, context='{"custom":{}}')
    assert (kind, content["maintenanceWindow"]["status"]) == ("result", "DEFERRED")
    stored = made.dynamo.row("fn#r-9")
    assert (stored["body"], stored["source"], made.seen) == (S3, "s3", [])
    assert stored["envelope"] == {
        "schema": 1,
        "functionArn": "arn:f:live",
        "functionVersion": "7",
        "sourceIds": ["1"],
        "clientContext": '{"custom":{}}',
        "tenantId": "tenant",
        "operatorParameter": "/w/operator",
        "operatorVersion": 2,
        "cacheTtl": 30,
        "leadTime": 0,
        "reason": "db",
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


def test_what_runs_inside_a_window_has_no_forged_mark_either(world):
    made = world(ON)
    made.invoke(HOP, context='{"custom":{"maintenanceReplay":{},"own":1}}')
    assert made.seen[0][1]["client"] == '{"custom":{"own":1}}'


def test_a_forged_mark_is_not_kept(world):
    made = world(ON)
    made.invoke(S3, context='{"custom":{"maintenanceReplay":{}}}')
    assert made.dynamo.row("fn#r-9")["envelope"]["clientContext"] == '{"custom":{}}'


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
    events = {vector["source"]: vector for vector in contract_file("maintenance-window/sources.vectors")["vectors"] if "event" in vector}
    for known in contract_file("maintenance-window/sources")["sources"]:
        if known["name"] in ("cloudformation", "direct", "sqs-fifo"):
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
    made.dynamo.items["fn#r-9"] = encode_row(row(pk="fn#r-9", state="PENDING", envelope={"until": NOW - 1}))
    assert made.invoke(S3)[1]["maintenanceWindow"] == {"status": "DEFERRED", "requestId": "r-9", "until": "2027-01-15T07:59:59.999Z"}
    assert made.seen == []


def test_shortly_after_a_window_an_event_that_is_not_kept_runs(world):
    made = world(GUARDED)
    assert made.invoke(S3) == ("result", {"ok": 1})
    assert [operation for operation, _ in made.dynamo.calls] == ["GetItem"]


def test_shortly_after_a_window_what_was_left_half_written_is_finished(world):
    made = world(GUARDED)
    made.dynamo.items["fn#r-9"] = encode_row({"pk": "fn#r-9", "state": "WRITING", "writeId": "w", "chunks": 3, "deferredAt": 1})
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


def test_an_error_of_the_gate_itself_is_an_error_to_the_source(world, monkeypatch):
    made = world(ON)
    monkeypatch.setattr(made.gate.parts.cache, "state", lambda remaining: 1 / 0)
    kind, content = made.invoke(S3)
    assert (kind, content["errorType"]) == ("error", "GateNotAttached")
    assert content["errorMessage"] == "the gate failed: ZeroDivisionError: division by zero"
    assert made.reporter.lines[0].startswith("r-9 is failed by an error of the gate:\n  ")
    assert "in _decide" in made.reporter.lines[0] and made.reporter.lines[0].endswith("\nZeroDivisionError: division by zero")
    assert made.seen == []


def test_an_invocation_without_a_deadline_is_not_one(world):
    made = world(ON)
    with pytest.raises(GateNotAttached, match="without a deadline"):
        made.bootstrap.handle_event_request(made.client, made.handler, "r", S3, "application/json", None, None, "arn", None)
    assert made.seen == []


def test_errors_of_posting_are_the_clients_own(world):
    made = world(ON)

    def broken(*arguments):
        raise ConnectionError("gone")

    made.client.post_invocation_result = broken
    with pytest.raises(ConnectionError):
        made.invoke(S3)


@pytest.mark.parametrize(
    ("answer", "mode", "held_back"),
    [(ON, "RUN", True), (OFF, "DEFER", False), (ReadFailed("x"), "RUN", False), (ReadFailed("x"), "DEFER", True), (ReadFailed("x"), "FAIL", True)],
)
def test_holding_at_boot(world, answer, mode, held_back):
    assert world(answer, PATIENT_LAMBDA_ON_WINDOW_UNKNOWN=mode).gate.holds_at_boot() is held_back


@pytest.mark.parametrize(("kind", "reads"), [("on-demand", True), ("snap-start", False)])
def test_nothing_is_read_before_a_snapshot(world, kind, reads):
    made = world(OFF, AWS_LAMBDA_INITIALIZATION_TYPE=kind)
    made.gate.start()
    assert (made.gate.parts.cache._pending is not None) is reads
