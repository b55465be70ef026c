"""A replay: started once, loaded whole, outcome written once."""

import hashlib
import json
import zlib

import patient_lambda_contract as contract
import pytest
from conftest import contract_file
from fake_services import DROP, LOSE_ANSWER, Clock, failing, wall_clock
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.held.items import encode_item
from patient_lambda_gate.held.table import StoreError, Table
from patient_lambda_gate.quiet.pointer import parse_pointer
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.replay import outcome
from patient_lambda_gate.replay.mark import with_marker, without_marker
from patient_lambda_gate.replay.outcome import Outcome
from patient_lambda_gate.replay.replay import BodyDamaged, Refused, Replayer, Run, answer

REPLAY = contract_file("maintenance-window/replay")
ROWS = {row["name"]: row for row in contract_file("maintenance-window/sources")["sources"]}
KEY = "fn#r-1"
NOW = 1_800_000_000_000
BODY = b'{"a":1}'
FAULTS = [LOSE_ANSWER, DROP, failing(400, "ThrottlingException"), failing(500, "InternalServerError")]
FAULT_NAMES = ["lost answer", "dropped", "throttled", "500"]


@pytest.fixture
def replayer(dynamo, environment):
    variables = {**environment, "AWS_ENDPOINT_URL_DYNAMODB": dynamo.server.url}
    return Replayer(Table(AwsClient(variables, wall_clock), "events"), Settings(variables), Clock(NOW))


def row(**more) -> dict:
    return {
        "pk": KEY,
        "requestId": "r-1",
        "functionKey": "fn",
        "source": "s3",
        "deferredAt": NOW - 1000,
        "state": "CLAIMED",
        "token": "t",
        "lease": NOW,
        "bpk": "active#10",
        "attempt": 0,
        "maxAttempt": 5,
        "nextAttempt": NOW - 1000,
        "dispatches": 1,
        "chunks": 0,
        "body": BODY,
        "encoding": "identity",
        "bodySize": len(BODY),
        "bodySha256": hashlib.sha256(BODY).hexdigest(),
        "envelope": {"schema": 1},
        **more,
    }


def put(dynamo, **more) -> None:
    dynamo.items[KEY] = encode_item(row(**more))


def soon() -> float:
    return wall_clock() + 3000


def started(replayer, dynamo, **more) -> Run:
    put(dynamo, **more)
    return replayer.start("r-1", "t", NOW + 60_000, soon())


@pytest.mark.parametrize("vector", REPLAY["pointerVectors"], ids=lambda vector: vector["body"])
def test_pointer(vector):
    found = parse_pointer(vector["body"].encode())
    assert found == (vector["pointer"] and (vector["pointer"]["requestId"], vector["pointer"]["token"]))


@pytest.mark.parametrize("vector", REPLAY["successVectors"], ids=lambda vector: f"{vector['source']} {vector['result']}")
def test_success_by_source(vector):
    source = ROWS[vector["source"]]
    event = {"Records": [{"messageId": name} for name in vector.get("ids", [])]}
    found = outcome.of_result(source, event, vector["result"])
    assert (found.status, found.only) == (vector["outcome"], vector.get("only"))


def test_ids_of_streams_are_sequence_numbers():
    event = {"Records": [{"kinesis": {"sequenceNumber": "1"}}, {"kinesis": {"sequenceNumber": "2"}}]}
    found = outcome.of_result(ROWS["kinesis"], event, b'{"batchItemFailures":[{"itemIdentifier":"2"}]}')
    assert (found.status, found.only) == ("PARTIAL", ["2"])


def test_more_failed_items_than_a_row_can_name_fail_the_whole_batch():
    names = [f"{number:036d}" for number in range(9_000)]
    event = {"Records": [{"messageId": name} for name in names]}
    result = json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in names]})
    found = outcome.of_result(ROWS["sqs"], event, result)
    assert (found.status, found.only) == ("FAILED", None)


@pytest.mark.parametrize(("error", "kind"), [(b'{"errorType":"E","errorMessage":"m"}', "E"), ("no JSON", "Unknown"), ("[]", "Unknown")])
def test_the_outcome_of_an_error_is_what_the_client_reports(error, kind):
    found = outcome.of_error(error)
    assert (found.status, found.error_type) == ("FAILED", kind)


def test_a_claim_starts_once(replayer, dynamo):
    run = started(replayer, dynamo)
    stored = dynamo.row(KEY)
    assert stored == run.row
    assert {name: stored[name] for name in ("state", "nonce", "lease", "bpk", "attempt", "dispatches")} == {
        "state": "RUNNING",
        "nonce": run.nonce,
        "lease": NOW + 90_000,
        "bpk": "active#10",
        "attempt": 1,
        "dispatches": 0,
    }
    with pytest.raises(Refused):
        replayer.start("r-1", "t", NOW + 60_000, soon())


@pytest.mark.parametrize(
    ("stored", "token"),
    [({}, "forged"), ({"state": "PENDING"}, "t"), ({"state": "DONE"}, "t"), (None, "t")],
    ids=["forged", "given back", "done", "no row"],
)
def test_what_was_not_claimed_does_not_start(replayer, dynamo, stored, token):
    if stored is not None:
        put(dynamo, **stored)
    before = dict(dynamo.items)
    with pytest.raises(Refused):
        replayer.start("r-1", token, NOW, soon())
    assert dynamo.items == before


def test_a_request_id_longer_than_any_key_is_refused_without_a_call(replayer, dynamo):
    with pytest.raises(Refused):
        replayer.start("r" * 3000, "t", NOW, soon())
    assert dynamo.calls == []


@pytest.mark.parametrize("fault", FAULTS, ids=FAULT_NAMES)
def test_a_start_survives_one_fault(replayer, dynamo, fault):
    dynamo.faults = [fault]
    run = started(replayer, dynamo)
    assert (dynamo.row(KEY)["attempt"], run.row["attempt"]) == (1, 1)


def test_a_store_that_refuses_is_an_error(replayer, dynamo):
    dynamo.always = failing(400, "AccessDeniedException")
    with pytest.raises(StoreError):
        started(replayer, dynamo)


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=["no fault", *FAULT_NAMES])
def test_a_window_that_is_on_gives_the_claim_back(replayer, dynamo, fault):
    put(dynamo)
    dynamo.faults = [fault]
    replayer.give_back("r-1", "t", soon())
    expected = row(state="PENDING", nextAttempt=NOW + 30_000, bpk="pending#10", dispatches=0)
    del expected["token"], expected["lease"]
    assert dynamo.row(KEY) == expected


def test_a_claim_of_somebody_else_is_not_given_back(replayer, dynamo):
    put(dynamo)
    with pytest.raises(Refused):
        replayer.give_back("r-1", "other", soon())
    assert dynamo.row(KEY) == row()


def in_parts(dynamo, body: bytes, **more) -> dict:
    packed = zlib.compress(body, wbits=31)
    parts = [packed[:5], packed[5:9], packed[9:12], packed[12:]]
    for number, part in enumerate(parts):
        dynamo.items[f"{KEY}#w#{number}"] = encode_item({"pk": f"{KEY}#w#{number}", "body": part})
    return row(chunks=len(parts), writeId="w", encoding="gzip", bodySize=len(body), bodySha256=hashlib.sha256(body).hexdigest(), body=b"", **more)


def test_parts_are_put_together_in_order_over_several_answers(replayer, dynamo):
    assert replayer.load(in_parts(dynamo, BODY), soon()) == BODY
    assert [operation for operation, _ in dynamo.calls] == ["BatchGetItem"] * 2


def test_a_missing_part_is_damage(replayer, dynamo):
    stored = in_parts(dynamo, BODY)
    del dynamo.items[f"{KEY}#w#2"]
    with pytest.raises(BodyDamaged, match="parts 2 of 4"):
        replayer.load(stored, soon())


@pytest.mark.parametrize(
    "more", [{"body": b'{"a":2}'}, {"body": b"{}"}, {"encoding": "gzip"}, {"bodySize": 8}], ids=["other bytes", "short", "not packed", "size"]
)
def test_other_bytes_than_those_received_are_damage(replayer, more):
    with pytest.raises(BodyDamaged):
        replayer.load(row(**more), soon())


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=["no fault", *FAULT_NAMES])
@pytest.mark.parametrize("more", [{}, {"chunks": 4}, {"abandoned": [{"writeId": "w", "chunks": 2}]}], ids=["inline", "chunks", "abandoned chunks"])
def test_done(replayer, dynamo, fault, more):
    run = started(replayer, dynamo, **more)
    dynamo.faults = [fault]
    assert replayer.finish(run, Outcome("DONE"), soon()) == "DONE"
    stored = dynamo.row(KEY)
    assert (stored["state"], stored["finishedAt"]) == ("DONE", NOW)
    assert not {"token", "nonce", "lease"} & set(stored)
    if more:  # the sweep removes the parts first
        assert (stored["bpk"], "expiresAt" in stored) == ("cleanup#10", False)
    else:
        assert ("bpk" in stored, "bsk" in stored, stored["expiresAt"]) == (False, False, NOW // 1000 + 1_209_600)


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=["no fault", *FAULT_NAMES])
@pytest.mark.parametrize("attempt", range(4))
def test_a_failure_waits_longer_each_time(replayer, dynamo, attempt, fault):
    run = started(replayer, dynamo, attempt=attempt)
    dynamo.faults = [fault]
    assert replayer.finish(run, Outcome("FAILED", "E" * 5000, "x" * 5000), soon()) == "PENDING"
    stored = dynamo.row(KEY)
    assert abs(stored["nextAttempt"] - NOW - 30_000 * 2**attempt) <= 6_000 * 2**attempt
    assert (stored["state"], stored["bpk"], stored["attempt"]) == ("PENDING", "pending#10", attempt + 1)
    assert stored["outcome"] == {"errorType": "E" * 1024, "errorMessage": "x" * 1024, "logStream": "stream"}
    assert not {"token", "nonce", "lease", "only"} & set(stored)


def test_the_last_attempt_quarantines(replayer, dynamo):
    run = started(replayer, dynamo, attempt=4)
    assert replayer.finish(run, Outcome("FAILED", "E", "m"), soon()) == "QUARANTINED"
    stored = dynamo.row(KEY)
    assert (stored["state"], stored["bpk"], stored["finishedAt"]) == ("QUARANTINED", "quarantined#10", NOW)
    assert "expiresAt" not in stored


def test_a_partial_failure_keeps_the_failed_items(replayer, dynamo):
    run = started(replayer, dynamo, only=["a", "b"])
    replayer.finish(run, Outcome("PARTIAL", "PartialBatchFailure", "m", ["b"]), soon())
    assert (dynamo.row(KEY)["state"], dynamo.row(KEY)["only"]) == ("PENDING", ["b"])


def test_a_run_that_lost_its_lease_writes_nothing(replayer, dynamo):
    run = started(replayer, dynamo)
    put(dynamo, state="RUNNING", nonce="another", attempt=2)
    before = dict(dynamo.items)
    with pytest.raises(Refused, match="lost its lease"):
        replayer.finish(run, Outcome("DONE"), soon())
    assert dynamo.items == before


@pytest.mark.parametrize("kind", ["start", "give back", "done", "failed", "quarantined"])
def test_rows_hold_only_what_the_contract_lists(replayer, dynamo, kind):
    if kind == "give back":
        put(dynamo)
        replayer.give_back("r-1", "t", soon())
    else:
        run = started(replayer, dynamo, attempt=4 if kind == "quarantined" else 0)
        if kind != "start":
            replayer.finish(run, Outcome("DONE" if kind == "done" else "FAILED", "E", "m", ["a"] if kind == "failed" else None), soon())
    listed = contract.load("maintenance-window/store")["attributes"]
    types = {name: next(iter(value)) for name, value in dynamo.items[KEY].items()}
    assert types == {name: listed[name]["type"] for name in types}


def test_only_items_that_are_still_to_run_reach_the_handler():
    body = b'{"Records":[{"messageId":"a","body":"\\ud800","n":12345678901234567890},{"messageId":"b","n":1.5}],"x":1}'
    assert json.loads(outcome.only_items(ROWS["sqs"], body, ["b"])) == {"Records": [{"messageId": "b", "n": 1.5}], "x": 1}
    assert b"12345678901234567890" in outcome.only_items(ROWS["sqs"], body, ["a"]) and b"\\ud800" in outcome.only_items(ROWS["sqs"], body, ["a"])
    with pytest.raises(ValueError, match="no batch"):
        outcome.only_items(ROWS["s3"], body, ["a"])


@pytest.mark.parametrize(("more", "status"), [(0, "PARTIAL"), (1, "FAILED")])
def test_more_failed_items_than_a_row_can_name_run_again_as_a_whole(more, status):
    most = contract_file("maintenance-window/store")["limits"]["onlyBytes"]["value"]
    ids = [f"{number:096d}" for number in range(most // 100)] + ["x"] * more
    event = {"Records": [{"messageId": name} for name in ids]}
    result = json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in ids]})
    assert outcome.of_result(ROWS["sqs"], event, result).status == status


@pytest.mark.parametrize(
    "original", [None, "", "no JSON", "[]", '{"custom":{"own":1,"maintenanceReplay":{"attempt":99}},"client":{"app_title":"t"}}']
)
def test_the_handler_gets_its_own_context_and_the_mark(original):
    context = json.loads(with_marker(original, row(attempt=2, run="run-1")))
    assert context["custom"].pop("maintenanceReplay") == {
        "originalRequestId": "r-1",
        "deferredAt": "2027-01-15T07:59:59.000Z",
        "attempt": 2,
        "run": "run-1",
    }
    assert context == ({"custom": {"own": 1}, "client": {"app_title": "t"}} if original and original.startswith("{") else {"custom": {}})


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ('{"custom":{"maintenanceReplay":{},"own":1}}', '{"custom": {"own": 1}}'),
        ('{"custom":{"maintenance\\u0052eplay":{}}}', '{"custom": {}}'),
        ('{"custom" : {"own":1.10}}', '{"custom" : {"own":1.10}}'),
        ('{"custom":"maintenanceReplay"}', '{"custom":"maintenanceReplay"}'),
        ("no JSON maintenanceReplay", "no JSON maintenanceReplay"),
    ],
)
def test_a_forged_mark_is_taken_away_and_nothing_else(given, seen):
    assert without_marker(given) == seen


def test_the_answer_is_the_contracts():
    assert json.loads(answer("DONE", "r-1")) == {REPLAY["answer"]["key"]: {"status": "DONE", "requestId": "r-1"}}
