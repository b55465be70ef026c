"""What becomes of an invocation that is not quiet. The same order as the Node.js gate."""

from __future__ import annotations

from patient_lambda_gate.quiet.errors import GateNotAttached, traced
from patient_lambda_gate.quiet.gate import names_create_failed_id
from patient_lambda_gate.quiet.step import Fail, RunHandler
from patient_lambda_gate.store.pointer import parse_pointer
from patient_lambda_gate.window.decision import Decision

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_gate.quiet.gate import GateParts
    from patient_lambda_gate.quiet.invocation import Invocation, RawInvocation
    from patient_lambda_gate.quiet.step import Step

# A window that is on, of which nothing more is known.
ON = Decision(True, None, None, False)


def plan(parts: GateParts, invocation: Invocation) -> Step:
    """What becomes of an invocation. Does what must be done before it is answered or run."""
    try:
        return _decide(parts, invocation)
    except Exception as error:  # a defect of the gate must neither acknowledge the event nor run it unprotected
        parts.reporter.log(f"{invocation.request_id} is failed by an error of the gate:\n{traced(error)}")
        return Fail(GateNotAttached(f"the gate failed: {type(error).__name__}: {error}"))


def _decide(parts: GateParts, invocation: Invocation) -> Step:
    state = parts.cache.state(invocation.deadline - parts.clock())
    pointer = parse_pointer(invocation.body)
    known = state if state.is_known else None
    is_on = known.decision.on if known else parts.settings.on_window_unknown != "RUN"
    if pointer is not None:
        from patient_lambda_gate.replay.replaying import plan_replay

        return plan_replay(parts, invocation, pointer, is_on)
    run = RunHandler(_without_forged_mark(invocation))
    is_guarded = known is not None and known.is_guarded
    if not is_on and not is_guarded and not names_create_failed_id(invocation.body):
        return run
    from patient_lambda_gate.held.holding import Hold

    hold = Hold(parts, invocation, run, known.version if known else None)
    settled = hold.settle()
    if settled is not None:
        return settled
    if not is_on and not is_guarded:
        return run
    if not state.is_known:
        return hold.plan_unknown(state.cause) if parts.settings.on_window_unknown == "FAIL" else hold.plan(ON)
    return hold.plan(state.decision) if state.decision.on else hold.plan_guarded()


def _without_forged_mark(invocation: Invocation) -> RawInvocation:
    if invocation.client_context is None:
        return invocation.raw
    from patient_lambda_gate.quiet.invocation import with_content
    from patient_lambda_gate.replay.mark import without_mark

    raw = invocation.raw
    context = without_mark(invocation.client_context)
    return raw if context == invocation.client_context else with_content(raw, raw.body, context, raw.identity)
