"""Event sources by shape. Vectors are those that TypeScript runs."""

import json

import pytest
from contract_files import SOURCES, contract_file
from patient_lambda_gate.held import sources

VECTORS = contract_file("maintenance-window/sources.vectors")


def body_of(vector: dict) -> bytes:
    return vector["body"].encode("utf-8", "surrogateescape") if "body" in vector else json.dumps(vector["event"]).encode()


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_source(vector):
    event = sources.parse(body_of(vector))
    source = sources.detect(event)
    assert source["name"] == vector["source"]
    if "ids" in vector:
        assert sources.source_ids(source, event) == vector["ids"]


@pytest.mark.parametrize(
    "vector", contract_file("maintenance-window/samples.vectors")["vectors"], ids=lambda vector: next(iter(vector["samples"].values()))[0]
)
def test_sample_of_a_public_collection(vector):
    assert sources.detect(sources.parse(body_of(vector)))["name"] == vector["source"]


@pytest.mark.parametrize("vector", contract_file("maintenance-window/replay")["messagesVectors"], ids=lambda vector: json.dumps(vector["event"])[:60])
def test_messages_that_were_received(vector):
    assert sources.received_messages(sources.source_named(vector["source"]), vector["event"]) == vector["messages"]


@pytest.mark.parametrize("vector", VECTORS["hopVectors"], ids=lambda vector: vector["name"])
def test_hop(vector):
    assert sources.is_hop(sources.parse(body_of(vector))) is vector["hop"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"\xef\xbb\xbf{}", b'"\xff"', b"[" * 100_000], ids=["empty", "cut", "NaN", "byte order mark", "not UTF-8", "too deep"]
)
def test_what_is_no_json_is_of_an_unknown_source(body):
    event = sources.parse(body)
    assert event is sources.NOT_JSON
    assert sources.detect(event)["name"] == "direct"


def test_every_source_has_a_vector():
    assert {vector["source"] for vector in VECTORS["vectors"]} == set(SOURCES)
