"""A replay: started once, loaded whole, outcome written once."""

import hashlib
import zlib

import pytest
from contract_files import contract_file
from fake_dynamo import LOSE_ANSWER
from fake_services import DROP, Clock, failing, wall_clock
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.held.items import encode_row
from patient_lambda_gate.held.table import StoreError, Table
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.replay.outcome import Outcome
from patient_lambda_gate.replay.replays import Refused, Replays, Run
from patient_lambda_gate.store.body import BodyDamaged
from patient_lambda_gate.store.pointer import Pointer
from rows import BODY, KEY, NOW, put, row

POINTER = Pointer("r-1", "t")
SHA256 = hashlib.sha256(BODY).hexdigest()
FAULTS = [LOSE_ANSWER, DROP, failing(400, "ThrottlingException"), failing(500, "InternalServerError")]
FAULT_NAMES = ["lost answer", "dropped", "throttled", "500"]


@pytest.fixture
def replays(dynamo, environment):
    variables = {**environment, "AWS_ENDPOINT_URL_DYNAMODB": dynamo.server.url}
    return Replays(Table(AwsClient(variables, wall_clock), "events"), Settings(variables), Clock(NOW))


def soon() -> float:
    return wall_clock() + 3000


def started(replays, dynamo, **more) -> Run:
    put(dynamo, **more)
    return replays.start(POINTER, NOW + 60_000, soon())


def test_a_claim_starts_once(replays, dynamo):
    run = started(replays, dynamo)
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
        replays.start(POINTER, NOW + 60_000, soon())


@pytest.mark.parametrize(
    ("stored", "token"),
    [({}, "forged"), ({"state": "PENDING"}, "t"), ({"state": "DONE"}, "t"), (None, "t")],
    ids=["forged", "given back", "done", "no row"],
)
def test_what_was_not_claimed_does_not_start(replays, dynamo, stored, token):
    if stored is not None:
        put(dynamo, **stored)
    before = dict(dynamo.items)
    with pytest.raises(Refused):
        replays.start(Pointer("r-1", token), NOW, soon())
    assert dynamo.items == before


def test_a_request_id_longer_than_any_key_is_refused_without_a_call(replays, dynamo):
    with pytest.raises(Refused):
        replays.start(Pointer("r" * 3000, "t"), NOW, soon())
    assert dynamo.calls == []


@pytest.mark.parametrize("fault", FAULTS, ids=FAULT_NAMES)
def test_a_start_survives_one_fault(replays, dynamo, fault):
    dynamo.faults = [fault]
    run = started(replays, dynamo)
    assert (dynamo.row(KEY)["attempt"], run.row["attempt"]) == (1, 1)


def test_a_store_that_refuses_is_an_error(replays, dynamo):
    dynamo.always = failing(400, "AccessDeniedException")
    with pytest.raises(StoreError):
        started(replays, dynamo)


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=["no fault", *FAULT_NAMES])
def test_a_window_that_is_on_gives_the_claim_back(replays, dynamo, fault):
    put(dynamo)
    dynamo.faults = [fault]
    replays.give_back(POINTER, soon())
    expected = row(state="PENDING", nextAttempt=NOW + 30_000, bpk="pending#10", dispatches=0)
    del expected["token"], expected["lease"]
    assert dynamo.row(KEY) == expected


def test_a_claim_of_somebody_else_is_not_given_back(replays, dynamo):
    put(dynamo)
    with pytest.raises(Refused):
        replays.give_back(Pointer("r-1", "other"), soon())
    assert dynamo.row(KEY) == row()


def in_parts(dynamo, body: bytes, **more) -> dict:
    packed = zlib.compress(body, wbits=31)
    parts = [packed[:5], packed[5:9], packed[9:12], packed[12:]]
    for number, part in enumerate(parts):
        dynamo.items[f"{KEY}#w#{number}"] = encode_row({"pk": f"{KEY}#w#{number}", "body": part})
    return row(chunks=len(parts), writeId="w", encoding="gzip", bodySize=len(body), bodySha256=SHA256, **more)


def test_parts_are_put_together_in_order_over_several_answers(replays, dynamo):
    assert replays.load(in_parts(dynamo, BODY), soon()) == BODY
    assert [operation for operation, _ in dynamo.calls] == ["BatchGetItem"] * 2


def test_a_missing_part_is_damage(replays, dynamo):
    stored = in_parts(dynamo, BODY)
    del dynamo.items[f"{KEY}#w#2"]
    with pytest.raises(BodyDamaged, match="parts 2 of 4"):
        replays.load(stored, soon())


@pytest.mark.parametrize(
    "more", [{"body": b'{"a":2}'}, {"body": b"{}"}, {"encoding": "gzip"}, {"bodySize": 8}], ids=["other bytes", "short", "not packed", "size"]
)
def test_other_bytes_than_those_received_are_damage(replays, more):
    with pytest.raises(BodyDamaged):
        replays.load(row(**{"bodySize": len(BODY), "bodySha256": SHA256, **more}), soon())


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=["no fault", *FAULT_NAMES])
@pytest.mark.parametrize("more", [{}, {"chunks": 4}, {"abandoned": [{"writeId": "w", "chunks": 2}]}], ids=["inline", "chunks", "abandoned chunks"])
def test_done(replays, dynamo, fault, more):
    run = started(replays, dynamo, **more)
    dynamo.faults = [fault]
    assert replays.finish(run, Outcome("DONE"), soon()) == "DONE"
    stored = dynamo.row(KEY)
    assert (stored["state"], stored["finishedAt"]) == ("DONE", NOW)
    assert not {"token", "nonce", "lease"} & set(stored)
    if more:  # the sweep removes the parts first
        assert (stored["bpk"], "expiresAt" in stored) == ("cleanup#10", False)
    else:
        assert ("bpk" in stored, "bsk" in stored, stored["expiresAt"]) == (False, False, NOW // 1000 + 1_209_600)


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=["no fault", *FAULT_NAMES])
@pytest.mark.parametrize("attempt", range(4))
def test_a_failure_waits_longer_each_time(replays, dynamo, attempt, fault):
    run = started(replays, dynamo, attempt=attempt)
    dynamo.faults = [fault]
    assert replays.finish(run, Outcome("FAILED", "E" * 5000, "x" * 5000), soon()) == "PENDING"
    stored = dynamo.row(KEY)
    assert abs(stored["nextAttempt"] - NOW - 30_000 * 2**attempt) <= 6_000 * 2**attempt
    assert (stored["state"], stored["bpk"], stored["attempt"]) == ("PENDING", "pending#10", attempt + 1)
    assert stored["outcome"] == {"errorType": "E" * 1024, "errorMessage": "x" * 1024, "logStream": "stream"}
    assert not {"token", "nonce", "lease", "only"} & set(stored)


def test_the_last_attempt_quarantines(replays, dynamo):
    run = started(replays, dynamo, attempt=4)
    assert replays.finish(run, Outcome("FAILED", "E", "m"), soon()) == "QUARANTINED"
    stored = dynamo.row(KEY)
    assert (stored["state"], stored["bpk"], stored["finishedAt"]) == ("QUARANTINED", "quarantined#10", NOW)
    assert "expiresAt" not in stored


def test_a_partial_failure_keeps_the_failed_items(replays, dynamo):
    run = started(replays, dynamo, only=["a", "b"])
    replays.finish(run, Outcome("PARTIAL", "PartialBatchFailure", "m", ["b"]), soon())
    assert (dynamo.row(KEY)["state"], dynamo.row(KEY)["only"]) == ("PENDING", ["b"])


def test_a_run_that_lost_its_lease_writes_nothing(replays, dynamo):
    run = started(replays, dynamo)
    put(dynamo, state="RUNNING", nonce="another", attempt=2)
    before = dict(dynamo.items)
    with pytest.raises(Refused, match="lost its lease"):
        replays.finish(run, Outcome("DONE"), soon())
    assert dynamo.items == before


@pytest.mark.parametrize("kind", ["start", "give back", "done", "failed", "quarantined"])
def test_rows_hold_only_what_the_contract_lists(replays, dynamo, kind):
    if kind == "give back":
        put(dynamo)
        replays.give_back(POINTER, soon())
    else:
        run = started(replays, dynamo, attempt=4 if kind == "quarantined" else 0)
        if kind != "start":
            replays.finish(run, Outcome("DONE" if kind == "done" else "FAILED", "E", "m", ["a"] if kind == "failed" else None), soon())
    listed = contract_file("maintenance-window/store")["attributes"]
    types = {name: next(iter(value)) for name, value in dynamo.items[KEY].items()}
    assert types == {name: listed[name]["type"] for name in types}
