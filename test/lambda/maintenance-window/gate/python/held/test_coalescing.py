"""Which deferred events stand for one another."""

import pytest
from contract_files import contract_file
from world import GUARDED, ON, S3

VECTORS = contract_file("maintenance-window/coalescing")["vectors"]
FIRST, SECOND = VECTORS[:2]
BODY = FIRST["body"].encode()
KNOWN = {"PATIENT_LAMBDA_TICK_INPUTS": f"{SECOND['digest']},{FIRST['digest']}"}
PAYLOAD = {"PATIENT_LAMBDA_COALESCE_BY": "PAYLOAD"}
BARE = {"tenant": None}


def held(made, body, sender=BARE):
    """What the sender is answered, and the row that is kept."""
    reply = made.invoke(body, **sender)[1]
    return reply, made.dynamo.row("fn#r-9") if "fn#r-9" in made.dynamo.items else None


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["body"])
def test_an_event_whose_bytes_are_the_input_of_a_schedule_is_known_by_their_digest(world, vector):
    made = world(ON, PATIENT_LAMBDA_TICK_INPUTS=vector["digest"])
    reply, row = held(made, vector["body"].encode())
    rule = f"input:{vector['sha256']}"
    assert (row["source"], row["rule"], row["envelope"]["sourceIds"]) == ("scheduled", rule, [rule])
    assert (reply["maintenanceWindow"]["status"], made.reporter.metrics) == ("DEFERRED", ["deferred"])


def test_an_input_is_one_of_several(world):
    assert held(world(ON, **KNOWN), BODY)[1]["rule"] == f"input:{FIRST['sha256']}"


def test_an_input_of_a_schedule_is_a_tick(world):
    assert world(ON, **KNOWN, PATIENT_LAMBDA_DEFERRAL='{"scheduled":"RUN","direct":"REJECT"}').invoke(BODY, **BARE) == ("result", {"ok": 1})
    assert world(ON, **KNOWN, PATIENT_LAMBDA_DEFERRAL='{"scheduled":"REJECT","direct":"RUN"}').invoke(BODY, **BARE)[0] == "error"


def test_an_input_of_a_schedule_is_a_tick_whatever_its_shape(world):
    made = world(ON, PATIENT_LAMBDA_TICK_INPUTS="WsA4wRIxiQiD")
    assert held(made, b'{"source":"a","detail-type":"b","detail":{}}')[1]["source"] == "scheduled"


def test_an_input_of_a_schedule_is_looked_up_after_a_window_like_any_tick(world):
    made = world(GUARDED, **KNOWN)
    made.invoke(BODY, **BARE)
    assert [name for name, _ in made.dynamo.calls] == ["GetItem"]


@pytest.mark.parametrize(
    ("body", "variables", "sender"),
    [
        (BODY + b" ", KNOWN, BARE),
        (BODY, {}, BARE),
        (BODY, KNOWN, {}),
        (BODY, KNOWN, {**BARE, "context": '{"custom":{}}'}),
        (BODY, KNOWN, {**BARE, "identity": "{}"}),
        (BODY, PAYLOAD, {**BARE, "context": '{"custom":{}}'}),
        (BODY, PAYLOAD, {}),
    ],
    ids=["other bytes", "no schedule known", "tenant", "client context", "identity", "client context, by payload", "tenant, by payload"],
)
def test_an_event_stays_one_of_its_own(world, body, variables, sender):
    row = held(world(ON, **variables), body, sender)[1]
    assert (row["source"], "rule" in row) == ("direct", False)


def test_by_payload_direct_events_of_the_same_bytes_have_the_same_rule(world):
    made = world(ON, **PAYLOAD)
    row = held(made, BODY)[1]
    assert (row["source"], row["rule"]) == ("direct", f"payload:{FIRST['sha256']}")
    assert made.reporter.metrics == ["deferred", "unrecognizedSource"]


def test_by_payload_events_of_sources_that_tell_of_a_thing_that_happened_have_no_rule(world):
    assert "rule" not in held(world(ON, **PAYLOAD), S3)[1]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b'{"detail-type":"Scheduled Event","source":"aws.scheduler","resources":["arn:schedule"]}', "arn:schedule"),
        (BODY, f"input:{FIRST['sha256']}"),
    ],
    ids=["named", "input"],
)
def test_by_payload_a_tick_keeps_its_own_rule(world, body, rule):
    assert held(world(ON, **KNOWN, **PAYLOAD), body)[1]["rule"] == rule
