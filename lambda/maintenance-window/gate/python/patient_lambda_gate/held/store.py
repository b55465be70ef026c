"""Keeps an event, byte for byte, before anybody is told so. lambda/contract/maintenance-window/store.json."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python.parallel import run_all
from patient_lambda_python.taken import Chance

from patient_lambda_gate.held.deferred_event import DeferredEvent
from patient_lambda_gate.held.items import Update
from patient_lambda_gate.held.table import Conflict, StoreError, Table
from patient_lambda_gate.store.body import LIMITS, PackedBody, is_inline, pack, parts
from patient_lambda_gate.store.keys import backlog_key, backlog_sort_key, chunk_key, event_key
from patient_lambda_gate.store.row import is_kept

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Callable

    from patient_lambda_gate.store.row import Row, Writer

MAX_ATTEMPTS: int = contract.load("maintenance-window/timing")["maxAttempts"]["value"]
PARALLEL_CHUNKS = 4


class Store:
    """Writes rows of one function. Every method raises StoreError when the event is not durable. ``until`` in epoch milliseconds."""

    def __init__(self, table: Table, function_key: str, clock: Callable[[], float]) -> None:
        self._table = table
        self._function_key = function_key
        self._clock = clock

    def look_up(self, request_id: str, until: float) -> Row | None:
        """The row that an earlier attempt of the same invocation left, None when there is none."""
        return self._table.get(event_key(self._function_key, request_id), until)

    def defer(self, event: DeferredEvent, until: float) -> None:
        """Returns when the event is durable, by this call or by an earlier attempt of the same invocation."""
        if len(event.body) > LIMITS["mostBytes"]:
            raise StoreError(f"the event has {len(event.body)} bytes, Lambda's limit is {LIMITS['mostBytes']}")
        body = pack(event.body)
        row = self._row(event, body)
        if is_inline(body):
            self._defer_inline(row, body, until)
        else:
            self._defer_in_chunks(row, body, until)

    def take_over(self, event: DeferredEvent, old: Row, until: float) -> None:
        """Finishes what an earlier attempt left in WRITING."""
        body = pack(event.body)
        self._take_over_row(self._row(event, body), body, old, until)

    def _row(self, event: DeferredEvent, body: PackedBody) -> Row:
        now = int(self._clock())
        row: Row = {
            "pk": event_key(self._function_key, event.request_id),
            "bsk": backlog_sort_key(self._function_key, now, event.request_id),
            "functionKey": self._function_key,
            "requestId": event.request_id,
            "source": event.source,
            "target": event.envelope["functionArn"],
            "deferredAt": now,
            "nextAttempt": now,
            "encoding": body.encoding,
            "bodySize": body.size,
            "bodySha256": body.sha256,
            "chunks": 0,
            "envelope": event.envelope,
            "attempt": 0,
            "maxAttempt": MAX_ATTEMPTS,
            "dispatches": 0,
        }
        return row if event.rule is None else {**row, "rule": event.rule}

    def _defer_inline(self, row: Row, body: PackedBody, until: float) -> None:
        whole: Row = {**row, "state": "PENDING", "bpk": backlog_key("pending", row["requestId"]), "body": body.content}
        try:
            self._table.create(whole, until)
        except Conflict as conflict:
            self._after_conflict(row, body, conflict.row, until)

    def _defer_in_chunks(self, row: Row, body: PackedBody, until: float) -> None:
        write_id = Chance.unique()
        header: Row = {**row, "state": "WRITING", "bpk": backlog_key("writing", row["requestId"]), "writeId": write_id, "chunks": len(parts(body))}
        try:
            self._table.create(header, until)
        except Conflict as conflict:
            if conflict.row is None or conflict.row.get("writeId") != write_id:  # else the acknowledgement of our own write was lost
                self._after_conflict(row, body, conflict.row, until)
                return
        self._fill_and_commit(row, body, write_id, until)

    def _after_conflict(self, row: Row, body: PackedBody, old: Row | None, until: float) -> None:
        if old is None:
            raise StoreError("the row appeared and vanished while it was written")
        if not is_kept(old):
            self._take_over_row(row, body, old, until)

    def _take_over_row(self, row: Row, body: PackedBody, old: Row, until: float) -> None:
        write_id = Chance.unique()
        abandoned: Writer = {"writeId": old.get("writeId", ""), "chunks": old.get("chunks", 0)}
        change = Update().set("writeId", write_id).set("chunks", len(parts(body))).append("abandoned", [abandoned])
        change.set("encoding", row["encoding"]).set("bodySize", row["bodySize"]).set("bodySha256", row["bodySha256"]).set("envelope", row["envelope"])
        change.when("state", "WRITING").when("writeId", abandoned["writeId"])
        try:
            self._table.update(row["pk"], change, until)
        except Conflict as conflict:
            if conflict.row is not None and is_kept(conflict.row):
                return
            if conflict.row is None or conflict.row.get("writeId") != write_id:
                raise StoreError("another attempt of the same invocation is writing the event") from None
        self._fill_and_commit(row, body, write_id, until)

    def _putting(self, chunk: Row, until: float) -> Callable[[], None]:
        return lambda: self._table.put(chunk, until)

    def _fill_and_commit(self, row: Row, body: PackedBody, write_id: str, until: float) -> None:
        chunks: list[Row] = [{"pk": chunk_key(row["pk"], write_id, number), "body": part} for number, part in enumerate(parts(body))]
        run_all([self._putting(chunk, until) for chunk in chunks], PARALLEL_CHUNKS)
        now = int(self._clock())
        change = Update().set("state", "PENDING").set("nextAttempt", now).set("bpk", backlog_key("pending", row["requestId"]))
        try:
            self._table.update(row["pk"], change.when("state", "WRITING").when("writeId", write_id), until)
        except Conflict as conflict:
            if conflict.row is None or conflict.row.get("writeId") != write_id or not is_kept(conflict.row):  # else the acknowledgement was lost
                raise StoreError("another attempt of the same invocation took over the event") from None
