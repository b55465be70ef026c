"""One process's stream of invocations: has the gate say what is to become of one, and carries it out through the client's own seam."""

from __future__ import annotations

from patient_lambda_gate.client import late_handler
from patient_lambda_gate.client.stand_ins import AnsweringClient, FailingClient, ReplayClient, StreamingClient
from patient_lambda_gate.quiet.invocation import read_invocation
from patient_lambda_gate.quiet.plan import plan

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from patient_lambda_gate.client.runtime_client import Handler, RuntimeClient, Seam
    from patient_lambda_gate.quiet.gate import Gate
    from patient_lambda_gate.quiet.invocation import RawInvocation
    from patient_lambda_gate.quiet.step import RunHandler


class Session:
    """``original`` is the client's seam; ``more_names`` are its parameters after those that every client has.

    ``outermost`` gives what the client calls by now: the gate's seam, or what a tool has put before it.

    ``fault`` is the client's own error, which it reports without a look at the stack: for that it would load what user code may have of the name.
    """

    def __init__(
        self,
        gate: Gate,
        original: Seam,
        outermost: Callable[[], Seam],
        more_names: tuple[str, ...],
        fault: Callable[[str, str], Exception] | None,
    ) -> None:
        self._gate = gate
        self._original = original
        self._outermost = outermost
        self._more_names = more_names
        self._fault = fault
        self._is_passing = False  # an invocation that was planned, on its way through a tool

    def handle(self, raw: RawInvocation) -> None:
        """Everything that the warm path does not settle."""
        if self._is_passing:
            self._call(raw, raw.client, raw.handler, raw.body, raw.client_context, raw.identity)
            return
        step = plan(self._gate.parts, read_invocation(raw, self._more_names))
        if step.do == "run":
            self.run(step)
        elif step.do == "reply":
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
        if raw.handler is late_handler.handler:
            self._run_late(raw, client)
        else:
            self._call(raw, client, raw.handler, raw.body, raw.client_context, raw.identity)

    def _run_late(self, raw: RawInvocation, client: RuntimeClient) -> None:
        """A tool that patches the client while the handler is loaded, as some tracing does, sees this invocation as it will see the next ones."""
        before, is_loaded = self._outermost(), True
        try:
            handler = late_handler.load()
        except Exception as error:
            handler, is_loaded = _raising(error), False
        seam = self._outermost()
        self._is_passing = seam is not before
        try:
            self._call(raw, client, handler, raw.body, raw.client_context, raw.identity, seam if self._is_passing else None)
        finally:
            self._is_passing = False
        if not is_loaded:
            # As after a failed init; the Runtime API takes no init error any more
            raise SystemExit(1)

    def _streaming(self, raw: RawInvocation) -> StreamingClient:
        return StreamingClient(raw.client, self._gate.parts.environment["AWS_LAMBDA_RUNTIME_API"])

    def _answer(self, raw: RawInvocation, client: RuntimeClient, handler: Handler) -> None:
        """Without the event, which the client would parse."""
        self._call(raw, client, handler, b"null", None, None)

    def _call(
        self,
        raw: RawInvocation,
        client: RuntimeClient,
        handler: Handler,
        body: bytes | str,
        context: str | None,
        identity: str | None,
        seam: Seam | None = None,
    ) -> None:
        call = seam or self._original
        call(client, handler, raw.request_id, body, raw.content_type, context, identity, raw.arn, raw.deadline, *raw.more, **raw.named)


def _raising(error: Exception) -> Handler:
    def raising(event: Any, context: Any) -> None:
        raise error

    return raising
