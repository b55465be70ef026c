"""Keeping an event: crash points, lost acknowledgements, retries of the same invocation."""

import gzip
import hashlib
import random
import uuid

import pytest
from contract_files import contract_file
from fake_dynamo import LOSE_ANSWER
from fake_services import DROP, Clock, failing
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.held.deferred_event import DeferredEvent
from patient_lambda_gate.held.store import Store
from patient_lambda_gate.held.table import StoreError, Table
from patient_lambda_gate.store import body as kept_body

STORE = contract_file("maintenance-window/store")
KEY = "fn#r-1"
SMALL = b'{"a":1}'
NOISE = random.Random(1).randbytes(10_000)
PART = 4_000  # bytes, instead of the contract's: faults at every part in no time
PARTS = 3
THROTTLED = failing(400, "ProvisionedThroughputExceededException")
NOW = 1_800_000_000_000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setitem(kept_body.LIMITS, "chunkBytes", PART)


@pytest.fixture
def store(dynamo, environment):
    variables = {**environment, "AWS_ENDPOINT_URL_DYNAMODB": dynamo.server.url}
    dynamo.clock = Clock(NOW)
    return Store(Table(AwsClient(variables, dynamo.clock), "events"), "fn", Clock(NOW))


def event(body: bytes, request_id: str = "r-1", source: str = "sqs", rule: str | None = None, **envelope) -> DeferredEvent:
    return DeferredEvent(request_id, source, body, {"schema": 1, "functionArn": "arn", **envelope}, rule)


def soon() -> float:
    return NOW + 3_000


def body_of(dynamo, key: str = KEY) -> bytes:
    row = dynamo.row(key)
    content = row.get("body", b"")
    if row["chunks"]:
        content = b"".join(dynamo.row(f"{key}#{row['writeId']}#{number}")["body"] for number in range(row["chunks"]))
    body = gzip.decompress(content) if row["encoding"] == "gzip" else content
    assert (len(body), hashlib.sha256(body).hexdigest()) == (row["bodySize"], row["bodySha256"])
    return body


def test_a_small_event_is_one_row_and_one_call(store, dynamo):
    store.defer(event(SMALL, sourceIds=["m-1", "m-2"]), soon())
    row = dynamo.row(KEY)
    assert row == {
        "pk": KEY,
        "bsk": f"fn#{NOW}#r-1",
        "target": "arn",
        "state": "PENDING",
        "functionKey": "fn",
        "requestId": "r-1",
        "source": "sqs",
        "deferredAt": NOW,
        "nextAttempt": NOW,
        "bpk": "pending#10",
        "body": SMALL,
        "encoding": "identity",
        "bodySize": len(SMALL),
        "bodySha256": hashlib.sha256(SMALL).hexdigest(),
        "chunks": 0,
        "envelope": {"schema": 1, "functionArn": "arn", "sourceIds": ["m-1", "m-2"]},
        "attempt": 0,
        "maxAttempt": 5,
        "dispatches": 0,
    }
    assert [operation for operation, _ in dynamo.calls] == ["PutItem"]


def test_rows_hold_only_what_the_contract_lists(store, dynamo):
    store.defer(
        event(
            SMALL,
            sourceIds=[
                "m-1",
            ],
        ),
        soon(),
    )
    store.defer(event(NOISE, "r-2"), soon())
    for key in (KEY, "fn#r-2"):
        row = dynamo.row(key)
        assert set(row) <= set(STORE["attributes"])
        assert set(row["envelope"]) <= set(STORE["envelope"])
        types = {name: next(iter(value)) for name, value in dynamo.items[key].items()}
        assert types == {name: STORE["attributes"][name]["type"] for name in types}


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\x00 no JSON", b"x" * 8192, b"x" * 8193, b" " * 5_000_000, NOISE[:8192], NOISE[:8193], NOISE],
    ids=[
        "empty",
        "no text",
        "8 KB",
        "above",
        "5 MB of blanks",
        "8 KB of noise",
        "above in noise",
        "10 KB of noise",
    ],
)
def test_the_bytes_are_kept_whatever_they_are(store, dynamo, body):
    store.defer(event(body), soon())
    assert body_of(dynamo) == body
    assert dynamo.row(KEY)["state"] == "PENDING"


def test_a_body_that_gzip_makes_larger_stays_as_it_is(store, dynamo):
    store.defer(event(NOISE[:2000]), soon())
    assert dynamo.row(KEY)["encoding"] == "identity"


def test_a_large_event_is_header_then_parts_then_the_commit(store, dynamo):
    store.defer(event(NOISE), soon())
    assert [operation for operation, _ in dynamo.calls] == ["PutItem"] * (1 + PARTS) + ["UpdateItem"]
    header = dynamo.calls[0][1]["Item"]
    assert (header["state"]["S"], header["bpk"]["S"], header["chunks"]["N"]) == ("WRITING", "writing#10", str(PARTS))
    assert dynamo.row(KEY)["bpk"] == "pending#10"
    assert all(len(dynamo.row(key).get("body", b"")) <= PART for key in dynamo.items)


def test_parts_are_as_large_as_the_contract_says(store, dynamo, monkeypatch):
    monkeypatch.undo()
    noise = random.Random(2).randbytes(400_000)
    store.defer(event(noise), soon())
    assert (dynamo.row(KEY)["chunks"], len(dynamo.row(f"{KEY}#{dynamo.row(KEY)['writeId']}#0")["body"])) == (
        2,
        STORE["limits"]["chunkBytes"]["value"],
    )
    assert body_of(dynamo) == noise


def test_a_retry_of_the_same_invocation_changes_nothing(store, dynamo):
    store.defer(event(SMALL), soon())
    before = dict(dynamo.items[KEY])
    store.defer(event(SMALL), soon())
    assert dynamo.items == {KEY: before}


@pytest.mark.parametrize("state", [state for state in STORE["states"] if state != "WRITING"])
def test_an_event_that_is_kept_already_is_not_kept_twice_whatever_became_of_it(store, dynamo, state):
    for body in (SMALL, NOISE):
        dynamo.items = {KEY: {"pk": {"S": KEY}, "state": {"S": state}}}
        store.defer(event(body), soon())
        assert dynamo.items == {KEY: {"pk": {"S": KEY}, "state": {"S": state}}}


@pytest.mark.parametrize(
    "fault",
    [THROTTLED, failing(500, "InternalServerError"), DROP, LOSE_ANSWER, (200, b"")],
    ids=["throttled", "500", "dropped", "lost answer", "empty"],
)
@pytest.mark.parametrize(("body", "calls"), [(SMALL, 1), (NOISE, 2 + PARTS)], ids=["small", "large"])
def test_any_one_call_may_fail_once(store, dynamo, fault, body, calls):
    for position in range(calls):
        dynamo.items.clear()
        dynamo.faults = [None] * position + [fault]
        store.defer(event(body), soon())
        assert (dynamo.row(KEY)["state"], body_of(dynamo)) == ("PENDING", body)
        assert "abandoned" not in dynamo.row(KEY)  # nobody takes over from itself


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"])
@pytest.mark.parametrize("body", [SMALL, NOISE], ids=["small", "large"])
def test_a_store_that_refuses_is_an_error_that_names_the_cause(store, dynamo, code, body):
    dynamo.always = failing(400, code)
    with pytest.raises(StoreError, match=code):
        store.defer(event(body), soon())
    assert dynamo.items == {}


def test_a_store_that_throttles_for_good_is_an_error_in_time(store, dynamo):
    def throttled(operation, request):
        dynamo.clock.now += 1_000
        return THROTTLED

    dynamo.always = throttled
    with pytest.raises(StoreError, match="ProvisionedThroughputExceededException"):
        store.defer(event(SMALL), soon())
    assert len(dynamo.calls) == 3


def test_an_event_beyond_lambdas_limit_is_an_error(store):
    with pytest.raises(StoreError, match="6291557 bytes"):
        store.defer(event(b" " * 6_291_557), soon())


@pytest.mark.parametrize("crash", range(1, 2 + PARTS))
def test_a_retry_takes_over_what_a_crash_left(store, dynamo, crash):
    denied = failing(400, "AccessDeniedException")
    dynamo.faults = [None] * crash + [denied] * 9
    with pytest.raises(StoreError):
        store.defer(event(NOISE), soon())
    left = dynamo.row(KEY)
    assert left["state"] == "WRITING"
    dynamo.faults = []
    store.defer(event(NOISE), soon())
    row = dynamo.row(KEY)
    assert (row["state"], row["abandoned"], body_of(dynamo)) == ("PENDING", [{"writeId": left["writeId"], "chunks": PARTS}], NOISE)
    assert (row["deferredAt"], row["writeId"] != left["writeId"]) == (NOW, True)


def test_take_overs_add_up(store, dynamo):
    for _ in range(2):
        dynamo.faults = [None, None] + [failing(400, "AccessDeniedException")] * 9
        with pytest.raises(StoreError):
            store.defer(event(NOISE), soon())
    dynamo.faults = []
    store.defer(event(NOISE), soon())
    assert len(dynamo.row(KEY)["abandoned"]) == 2


@pytest.mark.parametrize("fault", [LOSE_ANSWER, DROP], ids=["lost answer", "dropped"])
def test_a_take_over_survives_a_lost_answer(store, dynamo, fault):
    left = {"pk": {"S": KEY}, "state": {"S": "WRITING"}, "writeId": {"S": "old"}, "chunks": {"N": "3"}}
    for position in range(3 + PARTS):
        dynamo.items = {KEY: dict(left)}
        dynamo.faults = [None] * position + [fault]
        store.defer(event(NOISE), soon())
        row = dynamo.row(KEY)
        assert (row["state"], row["abandoned"], body_of(dynamo)) == ("PENDING", [{"writeId": "old", "chunks": 3}], NOISE)


def test_a_writer_that_was_taken_over_answers_with_an_error(store, dynamo):
    def overtaken(operation, request):
        if operation == "UpdateItem":
            dynamo.items[KEY] = {**dynamo.items[KEY], "writeId": {"S": "other"}}

    dynamo.always = overtaken
    with pytest.raises(StoreError, match="took over"):
        store.defer(event(NOISE), soon())
    assert dynamo.row(KEY)["state"] == "WRITING"


def test_a_writer_that_comes_too_late_to_commit_answers_with_an_error(store, dynamo):
    """Its own parts are abandoned by then: only the other writer may say that the event is kept."""

    def committed(operation, request):
        if operation == "UpdateItem":
            dynamo.items[KEY] = {**dynamo.items[KEY], "writeId": {"S": "other"}, "state": {"S": "PENDING"}}

    dynamo.always = committed
    with pytest.raises(StoreError, match="took over"):
        store.defer(event(NOISE), soon())


def test_a_commit_whose_answer_was_lost_is_a_success_even_when_the_event_was_claimed_since(store, dynamo):
    def claimed(operation, request):
        if operation == "UpdateItem" and dynamo.row(KEY)["state"] == "PENDING":
            dynamo.items[KEY] = {**dynamo.items[KEY], "state": {"S": "CLAIMED"}}
        return LOSE_ANSWER if operation == "UpdateItem" and dynamo.row(KEY)["state"] == "WRITING" else None

    dynamo.always = claimed
    store.defer(event(NOISE), soon())
    assert dynamo.row(KEY)["state"] == "CLAIMED"


def test_two_take_overs_at_once_leave_one_writer(store, dynamo):
    def faster(operation, request):
        if operation == "UpdateItem":
            dynamo.items[KEY] = {**dynamo.items[KEY], "writeId": {"S": "faster"}}

    dynamo.items = {KEY: {"pk": {"S": KEY}, "state": {"S": "WRITING"}, "writeId": {"S": "old"}, "chunks": {"N": "3"}}}
    dynamo.always = faster
    with pytest.raises(StoreError, match="is writing the event"):
        store.defer(event(NOISE), soon())


def test_an_endpoint_that_returns_no_row_with_the_conflict_is_asked_for_it(store, dynamo):
    store.defer(event(SMALL), soon())
    dynamo.faults = [failing(400, "ConditionalCheckFailedException")]
    store.defer(event(SMALL), soon())
    assert dynamo.calls[-1][0] == "GetItem"


@pytest.mark.parametrize("rule", ["arn:rule", None], ids=["a tick", "another event"])
def test_the_index_tells_of_which_rule_a_tick_is(store, dynamo, rule):
    store.defer(event(SMALL, rule=rule), soon())
    assert dynamo.row(KEY).get("rule") == rule


def test_each_writer_has_an_id_of_its_own(store, dynamo):
    store.defer(event(NOISE), soon())
    assert str(uuid.UUID(dynamo.row(KEY)["writeId"])) == dynamo.row(KEY)["writeId"]
