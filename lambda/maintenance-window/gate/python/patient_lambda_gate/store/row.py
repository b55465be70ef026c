"""An event's row. Times in epoch milliseconds. lambda/contract/maintenance-window/store.json says what each attribute means."""

from __future__ import annotations

import patient_lambda_contract as contract

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from typing import TypedDict

    class Writer(TypedDict):
        """Chunks that one writer stored, or began to."""

        writeId: str
        chunks: int

    class FailureOutcome(TypedDict):
        """The last failure of an event."""

        errorType: str
        errorMessage: str
        logStream: str

    class Envelope(TypedDict, total=False):
        """What is kept of an event beside its bytes."""

        schema: int
        functionArn: str
        functionVersion: str
        sourceIds: list[str]
        clientContext: str
        identity: str
        tenantId: str
        traceId: str
        operatorParameter: str
        plannedParameter: str
        operatorVersion: int
        cacheTtl: int
        leadTime: int
        until: int
        reason: str

    class Row(TypedDict, total=False):
        """As a consistent read gives it."""

        pk: str
        state: str
        functionKey: str
        requestId: str
        source: str
        rule: str
        target: str
        deferredAt: int
        bpk: str
        bsk: str
        body: bytes
        encoding: str
        bodySize: int
        bodySha256: str
        writeId: str
        chunks: int
        abandoned: list[Writer]
        envelope: Envelope
        token: str
        nonce: str
        lease: int
        attempt: int
        maxAttempt: int
        nextAttempt: int
        dispatches: int
        only: list[str]
        run: str
        redirectedFrom: str
        outcome: FailureOutcome
        finishedAt: int
        expiresAt: int


STATES: list[str] = contract.load("maintenance-window/store")["states"]


def is_kept(row: Row) -> bool:
    """Whether a row's event is durable: past WRITING."""
    return row.get("state") != "WRITING" and row.get("state") in STATES
