"""What the gate says is to become of an invocation. The client's side carries it out.

Steps are told from each other by ``do``: a class is another one where user code has had this module loaded anew.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Literal, Protocol

    from patient_lambda_gate.quiet.errors import GateError
    from patient_lambda_gate.quiet.invocation import RawInvocation

    class StartedRun(Protocol):
        """A replayed event whose handler runs: takes what the client would post, and says what to answer instead."""

        def succeeded(self, result: bytes | str) -> Step:
            """The handler returned this JSON text."""

        def failed(self, error: bytes | str) -> Step:
            """The handler failed, or could not be loaded, with this error."""


class RunHandler:
    """The handler is called, with this invocation; a replay's run takes its result."""

    do: Literal["run"] = "run"

    def __init__(self, invocation: RawInvocation, replay: StartedRun | None = None) -> None:
        self.invocation = invocation
        self.replay = replay


class Reply:
    """The invocation is answered without the handler; ``streamed`` as a handler that streams would, with metadata before the body."""

    do: Literal["reply"] = "reply"

    def __init__(self, body: bytes | str, streamed: bool = False) -> None:
        self.body = body
        self.streamed = streamed


class Fail:
    """The invocation fails without the handler."""

    do: Literal["fail"] = "fail"

    def __init__(self, error: GateError) -> None:
        self.error = error


Step = RunHandler | Reply | Fail
