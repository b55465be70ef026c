"""What the replayer sends in place of an event. Vectors are those that TypeScript runs."""

import pytest
from contract_files import contract_file
from patient_lambda_gate.store.pointer import parse_pointer

REPLAY = contract_file("maintenance-window/replay")


@pytest.mark.parametrize("vector", REPLAY["pointerVectors"], ids=lambda vector: vector["body"])
def test_pointer(vector):
    found = parse_pointer(vector["body"].encode())
    assert (found and {"requestId": found.request_id, "token": found.token}) == vector["pointer"]


@pytest.mark.parametrize("body", [b'{"$maintenanceReplay":' + b"[" * 100_000, b'{"$maintenanceReplay":\xff}'], ids=["too deep", "not UTF-8"])
def test_what_cannot_be_read_is_not_a_pointer(body):
    assert parse_pointer(body) is None
