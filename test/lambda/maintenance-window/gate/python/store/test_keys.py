"""Keys of the table and of its index."""

import pytest
from contract_files import contract_file
from patient_lambda_gate.store.keys import backlog_key, backlog_sort_key, chunk_keys, event_key

STORE = contract_file("maintenance-window/store")


@pytest.mark.parametrize("vector", STORE["shards"]["vectors"], ids=lambda vector: vector["requestId"])
def test_shard(vector):
    assert backlog_key("pending", vector["requestId"]) == f"pending#{vector['shard']}"


def test_keys():
    assert event_key("fn", "r-1") == "fn#r-1"
    assert chunk_keys("fn#r-1", "w", 2) == ["fn#r-1#w#0", "fn#r-1#w#1"]
    assert backlog_sort_key("fn", 5, "r-1") == "fn#5#r-1"
