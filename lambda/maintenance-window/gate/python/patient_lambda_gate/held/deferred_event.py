"""The event to keep: its bytes, and what a replay must know beside them."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from patient_lambda_gate.store.row import Envelope


class DeferredEvent:
    """What is kept of one invocation."""

    def __init__(self, request_id: str, source: str, body: bytes, envelope: Envelope, rule: str | None = None) -> None:
        self.request_id = request_id
        self.source = source
        self.body = body
        self.envelope = envelope
        # Of the events with the same rule the newest stands for all; the index tells it.
        self.rule = rule
