"""A deferred event's run: started once by its token, loaded, its outcome written before anybody hears of it. docs/adr/0002-pointer-and-token.md."""

import hashlib
import json
import random
import uuid
import zlib

import patient_lambda_contract as contract

from patient_lambda_gate.held.items import Update
from patient_lambda_gate.held.store import GZIP
from patient_lambda_gate.held.table import Conflict, Table, backlog, chunk_key, event_key
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.replay.outcome import Outcome, clipped

TIMING = contract.load("maintenance-window/timing")
REPLAY = contract.load("maintenance-window/replay")
MOST_KEY_BYTES = 2048  # DynamoDB: a partition key's value


class Refused(Exception):
    """The pointer starts nothing: forged, delivered twice, or its claim is over."""


class BodyDamaged(Exception):
    """The kept bytes are not what was received."""


class Run:
    """One started run: ``row`` as it stood right after the start."""

    def __init__(self, row: dict, nonce: str) -> None:
        self.row = row
        self.nonce = nonce


class Replayer:
    """Works on rows of one function."""

    def __init__(self, table: Table, settings: Settings, clock) -> None:
        self._table = table
        self._settings = settings
        self._clock = clock

    def give_back(self, request_id: str, token: str, until: float) -> None:
        """The window is on again: CLAIMED back to PENDING, the attempt not counted. Raises Refused, StoreError."""
        later = int(self._clock()) + self._settings.cache_ttl
        change = Update().set("state", "PENDING").set("nextAttempt", later).set("bpk", backlog("pending", request_id))
        change.add("dispatches", -1).remove("token", "lease").when("state", "CLAIMED").when("token", token)
        try:
            self._table.update(self._key(request_id), change, until)
        except Conflict as conflict:
            row = conflict.row or {}
            if row.get("state") != "PENDING" or row.get("nextAttempt") != later:  # else the acknowledgement was lost
                raise Refused("its claim is over") from None

    def start(self, request_id: str, token: str, deadline: float, until: float) -> Run:
        """CLAIMED to RUNNING on the token, once. Raises Refused, StoreError."""
        nonce = uuid.uuid4().hex
        lease = int(deadline) + TIMING["runLeaseGrace"]["value"]
        change = Update().set("state", "RUNNING").set("nonce", nonce).set("lease", lease).set("dispatches", 0)
        change.set("bpk", backlog("active", request_id)).add("attempt", 1).when("state", "CLAIMED").when("token", token)
        try:
            return Run(self._table.update(self._key(request_id), change, until), nonce)
        except Conflict as conflict:
            if conflict.row is None or conflict.row.get("nonce") != nonce:
                raise Refused("there is no such claim, or it was started already") from None
            return Run(conflict.row, nonce)

    def load(self, row: dict, until: float) -> bytes:
        """The event's bytes, as received. Raises BodyDamaged, StoreError."""
        content = row.get("body", b"") if not row.get("chunks") else self._load_chunks(row, until)
        if row.get("encoding") == "gzip":
            try:
                content = zlib.decompress(content, GZIP)
            except zlib.error as error:
                raise BodyDamaged(f"the kept bytes cannot be unpacked: {error}") from error
        if len(content) != row.get("bodySize") or hashlib.sha256(content).hexdigest() != row.get("bodySha256"):
            raise BodyDamaged(f"{len(content)} bytes were kept, which are not the {row.get('bodySize')} bytes that were received")
        return content

    def finish(self, run: Run, outcome: Outcome, until: float) -> str:
        """Writes the outcome; the state that the row has now. Raises Refused when the run lost its lease, StoreError."""
        row, now = run.row, int(self._clock())
        change = Update().remove("token", "nonce", "lease").when("state", "RUNNING").when("nonce", run.nonce)
        if outcome.status == "DONE":
            state, stamp = "DONE", ("finishedAt", now)
            self._set_done(change, row, now)
        else:
            failure = {
                "errorType": clipped(outcome.error_type),
                "errorMessage": clipped(outcome.error_message),
                "logStream": self._settings.log_stream,
            }
            change.set("outcome", failure)
            if outcome.only is not None:
                change.set("only", outcome.only)
            last = row["attempt"] >= row.get("maxAttempt", TIMING["maxAttempts"]["value"])
            state, stamp = ("QUARANTINED", ("finishedAt", now)) if last else ("PENDING", ("nextAttempt", now + _backoff(row["attempt"])))
            change.set("bpk", backlog(state.lower(), row["requestId"]))
        change.set("state", state).set(*stamp)
        try:
            self._table.update(row["pk"], change, until)
        except Conflict as conflict:
            there = conflict.row or {}
            if there.get("attempt") != row["attempt"] or there.get(stamp[0]) != stamp[1]:  # else the acknowledgement was lost
                raise Refused("the run lost its lease before its outcome could be written") from None
        return state

    def _set_done(self, change: Update, row: dict, now: int) -> None:
        if row.get("chunks") or row.get("abandoned"):
            change.set("bpk", backlog("cleanup", row["requestId"]))
        else:
            change.remove("bpk", "bsk").set("expiresAt", (now + self._settings.keep_finished) // 1000)

    def _load_chunks(self, row: dict, until: float) -> bytes:
        keys = [chunk_key(row["pk"], row.get("writeId", ""), number) for number in range(row["chunks"])]
        found = self._table.get_many(keys, until)
        missing = [number for number, key in enumerate(keys) if key not in found]
        if missing:
            raise BodyDamaged(f"parts {', '.join(map(str, missing))} of {len(keys)} are missing")
        return b"".join(found[key]["body"] for key in keys)

    def _key(self, request_id: str) -> str:
        key = event_key(self._settings.function_key, request_id)
        if len(key.encode("utf-8", "surrogatepass")) > MOST_KEY_BYTES:
            raise Refused("its request id is longer than any key")
        return key


def answer(status: str, request_id: str) -> bytes:
    """What the replayer's invocation is answered."""
    return json.dumps({REPLAY["answer"]["key"]: {"status": status, "requestId": request_id}}).encode()


def _backoff(attempt: int) -> int:
    backoff = TIMING["backoff"]
    delay = min(backoff["most"], backoff["first"] * backoff["factor"] ** (attempt - 1))
    return int(delay * random.uniform(1 - backoff["jitterShare"], 1 + backoff["jitterShare"]))
