"""A deferred event's run: started once by its token, loaded, its outcome written before anybody hears of it. docs/adr/0002-pointer-and-token.md."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python.taken import Chance

from patient_lambda_gate.held.items import Update
from patient_lambda_gate.held.table import Conflict, Table
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.replay.outcome import Outcome, clipped
from patient_lambda_gate.store.backoff import backoff_delay
from patient_lambda_gate.store.body import joined, unpack
from patient_lambda_gate.store.expiry import expiry
from patient_lambda_gate.store.keys import backlog_key, chunk_keys, event_key
from patient_lambda_gate.store.pointer import Pointer

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Callable

    from patient_lambda_gate.store.row import Row

TIMING = contract.load("maintenance-window/timing")
MOST_KEY_BYTES = 2048  # DynamoDB: a partition key's value


class Refused(Exception):
    """The pointer starts nothing: forged, delivered twice, or its claim is over."""


class Run:
    """One started run: ``row`` as it stood right after the start."""

    def __init__(self, row: Row, nonce: str) -> None:
        self.row = row
        self.nonce = nonce


class Replays:
    """Works on rows of one function. Every method raises StoreError when the store does not answer. ``until`` in epoch milliseconds."""

    def __init__(self, table: Table, settings: Settings, clock: Callable[[], float]) -> None:
        self._table = table
        self._settings = settings
        self._clock = clock

    def give_back(self, pointer: Pointer, until: float) -> None:
        """The window is on again: CLAIMED back to PENDING, the attempt not counted. Raises Refused."""
        later = int(self._clock()) + self._settings.cache_ttl
        change = Update().set("state", "PENDING").set("nextAttempt", later).set("bpk", backlog_key("pending", pointer.request_id))
        change.add("dispatches", -1).remove("token", "lease").when("state", "CLAIMED").when("token", pointer.token)
        try:
            self._table.update(self._key(pointer.request_id), change, until)
        except Conflict as conflict:
            row = conflict.row
            if row is None or row.get("state") != "PENDING" or row.get("nextAttempt") != later:  # else the acknowledgement was lost
                raise Refused("its claim is over") from None

    def start(self, pointer: Pointer, deadline: float, until: float) -> Run:
        """CLAIMED to RUNNING on the token, once. ``deadline``: epoch milliseconds of the invocation's end. Raises Refused."""
        nonce = Chance.unique()
        lease = int(deadline) + TIMING["runLeaseGrace"]["value"]
        change = Update().set("state", "RUNNING").set("nonce", nonce).set("lease", lease).set("dispatches", 0)
        change.set("bpk", backlog_key("active", pointer.request_id)).add("attempt", 1).when("state", "CLAIMED").when("token", pointer.token)
        try:
            return Run(self._table.update(self._key(pointer.request_id), change, until), nonce)
        except Conflict as conflict:
            if conflict.row is None or conflict.row.get("nonce") != nonce:  # else the acknowledgement was lost
                raise Refused("there is no such claim, or it was started already") from None
            return Run(conflict.row, nonce)

    def load(self, row: Row, until: float) -> bytes:
        """The event's bytes, as received. Raises BodyDamaged."""
        return unpack(self._load_chunks(row, until) if row.get("chunks") else row.get("body", b""), row)

    def finish(self, run: Run, outcome: Outcome, until: float) -> str:
        """Writes the outcome; the state that the row has now. Raises Refused when the run lost its lease."""
        row, now = run.row, int(self._clock())
        change = Update().remove("token", "nonce", "lease").when("state", "RUNNING").when("nonce", run.nonce)
        if outcome.status == "DONE":
            state, stamp = "DONE", ("finishedAt", now)
            self._set_done(change, row, now)
        else:
            is_last = row["attempt"] >= row.get("maxAttempt", TIMING["maxAttempts"]["value"])
            later = now + backoff_delay(row["attempt"], Chance.draw())
            state, stamp = ("QUARANTINED", ("finishedAt", now)) if is_last else ("PENDING", ("nextAttempt", later))
            self._set_failed(change, row, outcome, state)
        try:
            self._table.update(row["pk"], change.set("state", state).set(*stamp), until)
        except Conflict as conflict:
            name, value = stamp
            there: dict[str, object] = {**(conflict.row or {})}
            if there.get("attempt") != row["attempt"] or there.get(name) != value:  # else the acknowledgement was lost
                raise Refused("the run lost its lease before its outcome could be written") from None
        return state

    def _set_done(self, change: Update, row: Row, now: int) -> None:
        if row.get("chunks") or row.get("abandoned"):
            change.set("bpk", backlog_key("cleanup", row["requestId"]))
        else:
            change.remove("bpk", "bsk").set("expiresAt", expiry(now, self._settings.keep_finished))

    def _set_failed(self, change: Update, row: Row, outcome: Outcome, state: str) -> None:
        failure = {
            "errorType": clipped(outcome.error_type),
            "errorMessage": clipped(outcome.error_message),
            "logStream": self._settings.log_stream,
        }
        change.set("outcome", failure).set("bpk", backlog_key(state.lower(), row["requestId"]))
        if outcome.only is not None:
            change.set("only", outcome.only)

    def _load_chunks(self, row: Row, until: float) -> bytes:
        keys = chunk_keys(row["pk"], row.get("writeId", ""), row["chunks"])
        found = self._table.get_many(keys, until)
        return joined([found[key]["body"] if key in found else None for key in keys])

    def _key(self, request_id: str) -> str:
        key = event_key(self._settings.function_key, request_id)
        if len(key.encode("utf-8", "surrogatepass")) > MOST_KEY_BYTES:
            raise Refused("its request id is longer than any key")
        return key
