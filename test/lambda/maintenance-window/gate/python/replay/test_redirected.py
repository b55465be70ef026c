"""Rows that a redirect has moved, run by the gate of their new function."""

import json

import pytest
from contract_files import contract_file
from patient_lambda_gate.store.keys import chunk_key
from world import OFF

REDIRECT = contract_file("maintenance-window/redirect.vectors")


@pytest.mark.parametrize("vector", REDIRECT["vectors"], ids=lambda vector: vector["name"])
def test_it_runs_as_the_event_that_it_was_and_is_done(world, vector):
    made = world(OFF, PATIENT_LAMBDA_FUNCTION_KEY=REDIRECT["to"])
    redirected = vector["redirected"]
    key, request_id = redirected["pk"]["S"], redirected["requestId"]["S"]
    claimed = {"state": {"S": "CLAIMED"}, "token": {"S": "t"}, "lease": {"N": "0"}, "bpk": {"S": "active#11"}}
    made.dynamo.items[key] = {**redirected, **claimed}
    for number, part in enumerate(vector["parts"]):
        chunk = chunk_key(key, REDIRECT["writeId"], number)
        made.dynamo.items[chunk] = {"pk": {"S": chunk}, "body": {"B": part}}
    made.result = lambda event, context: None
    made.invoke(json.dumps({"$maintenanceReplay": {"requestId": request_id, "token": "t"}}, separators=(",", ":")).encode())
    event, context = made.seen[0]
    custom = json.loads(context["client"])["custom"]
    assert (event, custom["own"], context["identity"]) == (json.loads(vector["event"]), 1, '{"cognitoIdentityId":"i"}')
    mark = custom["maintenanceReplay"]
    attempt = int(redirected["attempt"]["N"]) + 1
    assert (mark["originalRequestId"], mark["attempt"], mark["deferredAt"]) == (request_id, attempt, "2027-01-10T02:00:00.123Z")
    assert made.dynamo.row(key)["state"] == "DONE"
