"""One process's stream of invocations: has the gate say what is to become of one, and carries it out through the client's own seam."""

from __future__ import annotations

from patient_lambda_gate.client import late_handler
from patient_lambda_gate.client.stand_ins import AnsweringClient, FailingClient, ReplayClient, StreamingClient
from patient_lambda_gate.quiet.invocation import read_invocation
from patient_lambda_gate.quiet.plan import plan
from patient_lambda_gate.quiet.step import Reply, RunHandler

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from patient_lambda_gate.client.runtime_client import Handler, RuntimeClient, Seam
    from patient_lambda_gate.quiet.gate import Gate
    from patient_lambda_gate.quiet.invocation import RawInvocation


class Session:
    """``original`` is the client's seam; ``more_names`` are its parameters after those that every client has.

    ``fault`` is the client's own error, which it reports without a look at the stack: for that it would load what user code may have of the name.
    """

    def __init__(self, gate: Gate, original: Seam, more_names: tuple[str, ...], fault: Callable[[str, str], Exception] | None) -> None:
        self._gate = gate
        self._original = original
        self._more_names = more_names
        self._fault = fault

    def handle(self, raw: RawInvocation) -> None:
        """Everything that the warm path does not settle."""
        step = plan(self._gate.parts, read_invocation(raw, self._more_names))
        if isinstance(step, RunHandler):
            self.run(step)
        elif isinstance(step, Reply):
            body = step.body
            self._answer(raw, self._streaming(raw) if step.streamed else AnsweringClient(raw.client), lambda event, context: body)
        else:
            error = step.error
            fault = error if self._fault is None else self._fault(type(error).__name__, str(error))
            self._answer(raw, FailingClient(raw.client, error), _raising(fault))

    def run(self, step: RunHandler) -> None:
        """Calls the handler, which is loaded now when it was held."""
        raw = step.invocation
        client: RuntimeClient = raw.client if step.replay is None else ReplayClient(raw.client, step.replay)
        handler = raw.handler
        if handler is late_handler.handler:
            try:
                handler = late_handler.load()
            except Exception as error:
                self._call(raw, client, _raising(error), raw.body, raw.client_context, raw.identity)
                # As after a failed init; the Runtime API takes no init error any more
                raise SystemExit(1) from None
        self._call(raw, client, handler, raw.body, raw.client_context, raw.identity)

    def _streaming(self, raw: RawInvocation) -> StreamingClient:
        return StreamingClient(raw.client, self._gate.parts.environment["AWS_LAMBDA_RUNTIME_API"])

    def _answer(self, raw: RawInvocation, client: RuntimeClient, handler: Handler) -> None:
        """Without the event, which the client would parse."""
        self._call(raw, client, handler, b"null", None, None)

    def _call(
        self, raw: RawInvocation, client: RuntimeClient, handler: Handler, body: bytes | str, context: str | None, identity: str | None
    ) -> None:
        self._original(client, handler, raw.request_id, body, raw.content_type, context, identity, raw.arn, raw.deadline, *raw.more, **raw.named)


def _raising(error: Exception) -> Handler:
    def raising(event: Any, context: Any) -> None:
        raise error

    return raising
