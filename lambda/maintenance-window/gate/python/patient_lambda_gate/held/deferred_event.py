"""The event to keep: its bytes, and what a replay must know beside them."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from patient_lambda_gate.store.row import Envelope


SCHEDULED = "scheduled"  # the source whose events are ticks of a rule


class DeferredEvent:
    """What is kept of one invocation."""

    def __init__(self, request_id: str, source: str, body: bytes, envelope: Envelope) -> None:
        self.request_id = request_id
        self.source = source
        self.body = body
        self.envelope = envelope


def rule_of(event: DeferredEvent) -> str | None:
    """The rule whose tick an event is: ticks of one rule are replaced by the newest, and the index tells which."""
    ids = event.envelope.get("sourceIds", [])
    return ids[0] if event.source == SCHEDULED and ids else None
