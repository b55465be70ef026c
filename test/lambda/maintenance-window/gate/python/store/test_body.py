"""An event's bytes as they are kept, and back."""

import random

import pytest
from contract_files import contract_file
from patient_lambda_gate.store.body import BodyDamaged, is_inline, joined, pack, parts, unpack

LIMITS = {name: limit["value"] for name, limit in contract_file("maintenance-window/store")["limits"].items()}
NOISE = random.Random(3).randbytes(800_000)


def said(body) -> dict:
    return {"encoding": body.encoding, "bodySize": body.size, "bodySha256": body.sha256}


@pytest.mark.parametrize(
    ("raw", "encoding", "number"),
    [(b"", "identity", 1), (b"x" * 1023, "identity", 1), (b"x" * 1024, "gzip", 1), (NOISE[:2000], "identity", 1), (NOISE, "identity", 3)],
    ids=["empty", "small", "packs", "does not pack", "large"],
)
def test_bytes_come_back_as_they_were(raw, encoding, number):
    body = pack(raw)
    assert (body.encoding, len(parts(body))) == (encoding, number)
    assert all(len(part) <= LIMITS["chunkBytes"] for part in parts(body))
    assert unpack(joined(parts(body)), said(body)) == raw


@pytest.mark.parametrize(("size", "inline"), [(LIMITS["inlineBytes"], True), (LIMITS["inlineBytes"] + 1, False)])
def test_what_fits_is_kept_in_the_row(size, inline):
    assert is_inline(pack(NOISE[:size])) is inline


def test_missing_parts_are_named():
    with pytest.raises(BodyDamaged, match="parts 0, 2 of 3 are missing"):
        joined([None, b"x", None])


@pytest.mark.parametrize(
    "more", [{"encoding": "gzip"}, {"bodySize": 3}, {"bodySha256": "0" * 64}], ids=["not packed", "another size", "another digest"]
)
def test_other_bytes_than_those_received_are_damage(more):
    with pytest.raises(BodyDamaged):
        unpack(b"ab", {**said(pack(b"ab")), **more})


def test_what_a_row_does_not_say_is_damage():
    with pytest.raises(BodyDamaged, match="which are not the None bytes"):
        unpack(b"ab", {})
