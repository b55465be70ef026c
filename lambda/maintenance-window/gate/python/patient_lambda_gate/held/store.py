"""Keeps an event, byte for byte, before anybody is told so. lambda/contract/maintenance-window/store.json."""

import hashlib
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor

import patient_lambda_contract as contract

from patient_lambda_gate.held.items import Update
from patient_lambda_gate.held.table import LIMITS, PAST_WRITING, Conflict, StoreError, Table, backlog, chunk_key, event_key, list_bytes
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings

TIMING = contract.load("maintenance-window/timing")
PARALLEL_CHUNKS = 4
SCHEDULED = "scheduled"  # the source whose events are ticks of a rule: the index tells which
GZIP = 31  # zlib's window bits for gzip's format


class Body:
    """The bytes as they are kept."""

    def __init__(self, raw: bytes) -> None:
        self.size = len(raw)
        self.sha256 = hashlib.sha256(raw).hexdigest()
        self.encoding = "identity"
        self.content = raw
        if self.size >= LIMITS["gzipFrom"]:
            packer = zlib.compressobj(wbits=GZIP)
            packed = packer.compress(raw) + packer.flush()
            if len(packed) < self.size:
                self.encoding, self.content = "gzip", packed

    @property
    def fits_header(self) -> bool:
        return len(self.content) <= LIMITS["inlineBytes"]

    def chunks(self) -> list:
        """At least one."""
        step = LIMITS["chunkBytes"]
        return [self.content[start : start + step] for start in range(0, len(self.content), step)] or [b""]


class DeferredEvent:
    """What is kept of one invocation, beside its bytes."""

    def __init__(self, request_id: str, source: str, source_ids: list, envelope: dict) -> None:
        self.request_id = request_id
        self.source = source
        self.envelope = {**envelope, "sourceIds": capped(source_ids) or None}


def capped(source_ids: list) -> list:
    """As many as the row may name: it must stay below DynamoDB's item limit with the body beside them."""
    ids = source_ids[: LIMITS["mostSourceIds"]]
    while list_bytes(ids) > LIMITS["sourceIdsBytes"]:
        ids = ids[: len(ids) // 2]
    return ids


class Store:
    """Writes rows of one function."""

    def __init__(self, table: Table, settings: Settings, reporter: Reporter, clock) -> None:
        self._table = table
        self._function_key = settings.function_key
        self._reporter = reporter
        self._clock = clock

    def look_up(self, request_id: str, until: float) -> "dict | None":
        """The row that an earlier attempt of the same invocation left. Raises StoreError."""
        return self._table.get(event_key(self._function_key, request_id), until)

    def defer(self, event: DeferredEvent, raw: bytes, until: float) -> None:
        """Returns when the event is durable, by this call or by an earlier attempt of the same invocation. Raises StoreError."""
        body = Body(raw)
        if body.size > LIMITS["mostBytes"]:
            raise StoreError(f"the event has {body.size} bytes, Lambda's limit is {LIMITS['mostBytes']}")
        row = self._row(event, body)
        if body.fits_header:
            self._defer_inline(row, body, until)
        else:
            self._defer_in_chunks(row, body, until)

    def take_over(self, event: DeferredEvent, raw: bytes, old: dict, until: float) -> None:
        """Finishes what an earlier attempt left in WRITING. Raises StoreError."""
        body = Body(raw)
        self._take_over(self._row(event, body), body, old, until)

    def _row(self, event: DeferredEvent, body: Body) -> dict:
        now = int(self._clock())
        return {
            "pk": event_key(self._function_key, event.request_id),
            "bsk": f"{self._function_key}#{now}#{event.request_id}",
            "functionKey": self._function_key,
            "requestId": event.request_id,
            "source": event.source,
            "rule": next(iter(event.envelope.get("sourceIds") or []), None) if event.source == SCHEDULED else None,
            "target": event.envelope.get("functionArn"),
            "deferredAt": now,
            "nextAttempt": now,
            "encoding": body.encoding,
            "bodySize": body.size,
            "bodySha256": body.sha256,
            "chunks": 0,
            "envelope": {name: value for name, value in event.envelope.items() if value is not None},
            "attempt": 0,
            "maxAttempt": TIMING["maxAttempts"]["value"],
            "dispatches": 0,
        }

    def _defer_inline(self, row: dict, body: Body, until: float) -> None:
        whole = {**row, "state": "PENDING", "bpk": backlog("pending", row["requestId"]), "body": body.content}
        try:
            self._table.create(whole, until)
        except Conflict as conflict:
            self._after_conflict(row, body, conflict.row, until)

    def _defer_in_chunks(self, row: dict, body: Body, until: float) -> None:
        write_id = uuid.uuid4().hex
        header = {**row, "state": "WRITING", "bpk": backlog("writing", row["requestId"]), "writeId": write_id, "chunks": len(body.chunks())}
        try:
            self._table.create(header, until)
        except Conflict as conflict:
            if (conflict.row or {}).get("writeId") != write_id:  # else the acknowledgement of our own write was lost
                self._after_conflict(row, body, conflict.row, until)
                return
        self._fill_and_commit(row, body, write_id, until)

    def _after_conflict(self, row: dict, body: Body, old: "dict | None", until: float) -> None:
        if old is None:
            raise StoreError("the row appeared and vanished while it was written")
        if old.get("state") not in PAST_WRITING:
            self._take_over(row, body, old, until)

    def _take_over(self, row: dict, body: Body, old: dict, until: float) -> None:
        write_id = uuid.uuid4().hex
        abandoned = {"writeId": old.get("writeId", ""), "chunks": old.get("chunks", 0)}
        change = Update().set("writeId", write_id).set("chunks", len(body.chunks())).append("abandoned", [abandoned])
        for name in ("encoding", "bodySize", "bodySha256", "envelope"):
            change.set(name, row[name])
        change.when("state", "WRITING").when("writeId", abandoned["writeId"])
        try:
            self._table.update(row["pk"], change, until)
        except Conflict as conflict:
            now = conflict.row or {}
            if now.get("state") in PAST_WRITING:
                return
            if now.get("writeId") != write_id:
                raise StoreError("another attempt of the same invocation is writing the event") from None
        self._fill_and_commit(row, body, write_id, until)

    def _fill_and_commit(self, row: dict, body: Body, write_id: str, until: float) -> None:
        chunks = [{"pk": chunk_key(row["pk"], write_id, number), "body": part} for number, part in enumerate(body.chunks())]
        with ThreadPoolExecutor(PARALLEL_CHUNKS) as pool:
            for done in [pool.submit(self._table.put, chunk, until) for chunk in chunks]:
                done.result()
        now = int(self._clock())
        change = Update().set("state", "PENDING").set("nextAttempt", now).set("bpk", backlog("pending", row["requestId"]))
        try:
            self._table.update(row["pk"], change.when("state", "WRITING").when("writeId", write_id), until)
        except Conflict as conflict:
            now_there = conflict.row or {}
            if now_there.get("writeId") != write_id or now_there.get("state") not in PAST_WRITING:
                raise StoreError("another attempt of the same invocation took over the event") from None
