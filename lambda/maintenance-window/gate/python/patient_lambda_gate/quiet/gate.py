"""Decides what becomes of each invocation. The same order as the Node.js gate."""

from __future__ import annotations

import traceback

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.errors import GateNotAttached
from patient_lambda_gate.quiet.step import Fail, RunHandler
from patient_lambda_gate.quiet.window_cache import KnownWindow, UnknownWindow
from patient_lambda_gate.store.pointer import may_be_pointer, parse_pointer
from patient_lambda_gate.window.decision import Decision

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_gate.quiet.invocation import Invocation, RawInvocation
    from patient_lambda_gate.quiet.step import GateParts, Step

CREATE_FAILED_ID: bytes = contract.load("cloudformation/answer")["createFailedId"].encode()
# A window that is on, of which nothing more is known.
ON = Decision(True, None, None, False)


class Gate:
    """One for each process."""

    def __init__(self, parts: GateParts) -> None:
        self.parts = parts

    def start(self) -> None:
        """Begins the first read of the window. Not before a snapshot: what is read then says nothing about the time after its restore."""
        if not self.parts.settings.is_snap_start:
            self.parts.cache.start()

    def is_quiet(self, body: bytes, client_context: str | None) -> bool:
        """Whether an invocation runs as it is, without a further look: the warm path."""
        parts = self.parts
        return parts.cache.is_quiet(parts.clock()) and not may_be_pointer(body) and not client_context and not _names_create_failed_id(body)

    def holds_at_boot(self) -> bool:
        """Whether user code must not be loaded yet."""
        state = self.parts.cache.state(float("inf"))
        return state.decision.on if isinstance(state, KnownWindow) else self.parts.settings.on_window_unknown != "RUN"

    def plan(self, invocation: Invocation) -> Step:
        """What becomes of an invocation. Does what must be done before it is answered or run."""
        try:
            return self._decide(invocation)
        except Exception as error:  # a defect of the gate must neither acknowledge the event nor run it unprotected
            self.parts.reporter.log(f"{invocation.request_id} is failed by an error of the gate:\n{traceback.format_exc()}")
            return Fail(GateNotAttached(f"the gate failed: {type(error).__name__}: {error}"))

    def _decide(self, invocation: Invocation) -> Step:
        parts = self.parts
        state = parts.cache.state(invocation.deadline - parts.clock())
        pointer = parse_pointer(invocation.body)
        known = state if isinstance(state, KnownWindow) else None
        is_on = known.decision.on if known else parts.settings.on_window_unknown != "RUN"
        if pointer is not None:
            from patient_lambda_gate.replay.replaying import plan_replay

            return plan_replay(parts, invocation, pointer, is_on)
        run = RunHandler(_without_forged_mark(invocation))
        is_guarded = known is not None and known.is_guarded
        if not is_on and not is_guarded and not _names_create_failed_id(invocation.body):
            return run
        from patient_lambda_gate.held.holding import Hold

        hold = Hold(parts, invocation, run, known.version if known else None)
        settled = hold.settle()
        if settled is not None:
            return settled
        if not is_on and not is_guarded:
            return run
        if isinstance(state, UnknownWindow):
            return hold.plan_unknown(state.cause) if parts.settings.on_window_unknown == "FAIL" else hold.plan(ON)
        return hold.plan(state.decision) if state.decision.on else hold.plan_guarded()


def _names_create_failed_id(body: bytes) -> bool:
    """Whether it may be a Delete of what was never made, wherever its members are. The search of bytes costs the warm path next to nothing."""
    return CREATE_FAILED_ID in body


def _without_forged_mark(invocation: Invocation) -> RawInvocation:
    if invocation.client_context is None:
        return invocation.raw
    from patient_lambda_gate.quiet.invocation import with_content
    from patient_lambda_gate.replay.mark import without_mark

    raw = invocation.raw
    context = without_mark(invocation.client_context)
    return raw if context == invocation.client_context else with_content(raw, raw.body, context, raw.identity)
