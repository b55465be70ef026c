"""The way of an invocation that is a replay pointer."""

from __future__ import annotations

from patient_lambda_gate.held.sources import parse, received_messages, source_named
from patient_lambda_gate.held.table import StoreError, Table
from patient_lambda_gate.quiet.errors import ReplayStoreFailed
from patient_lambda_gate.quiet.invocation import Invocation, store_until, with_content
from patient_lambda_gate.quiet.step import Fail, RunHandler, Step
from patient_lambda_gate.replay.mark import with_mark
from patient_lambda_gate.replay.outcome import BODY_DAMAGED, failed, with_only
from patient_lambda_gate.replay.replayed_run import ReplayedRun, replay_answer
from patient_lambda_gate.replay.replays import Refused, Replays, Run
from patient_lambda_gate.store.body import BodyDamaged
from patient_lambda_gate.store.pointer import Pointer

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from patient_lambda_gate.held.sources import Source
    from patient_lambda_gate.quiet.gate import GateParts

SHOWN_CHARACTERS = 80  # of a request id in the log: a forged one may be long


def plan_replay(parts: GateParts, invocation: Invocation, pointer: Pointer, is_on: bool) -> Step:
    """What becomes of a pointer. The event is started, and its bytes are there, when it is to run."""
    until = store_until(invocation)
    replays = Replays(Table(parts.client, parts.settings.table), parts.settings, parts.clock)
    shown = pointer.request_id[:SHOWN_CHARACTERS]
    try:
        if is_on:
            replays.give_back(pointer, until)
            return replay_answer("RETURNED", pointer.request_id)
        run = replays.start(pointer, invocation.deadline, until)
        return _plan_run(parts, invocation, replays, run, until)
    except Refused as refused:
        parts.reporter.count("replayRefused")
        parts.reporter.log(f"a replay of {shown} was refused: {refused}")
        return replay_answer("REFUSED", pointer.request_id)
    except StoreError as error:
        parts.reporter.count("storeFailed")
        return Fail(ReplayStoreFailed(f"a replay of {shown} could not go on: {error}"))


def _plan_run(parts: GateParts, invocation: Invocation, replays: Replays, run: Run, until: float) -> Step:
    row = run.row
    source = source_named(row.get("source"))
    try:
        event = _event_of(replays, run, source, until)
    except BodyDamaged as damage:
        return ReplayedRun(replays, run, source, b"", parts.reporter, until).settle(failed(BODY_DAMAGED, str(damage)))
    envelope = row.get("envelope", {})
    messages = received_messages(source, parse(event)) if "receiveCount" in source else None
    raw = with_content(invocation.raw, event, with_mark(envelope.get("clientContext"), row, messages), envelope.get("identity"))
    return RunHandler(raw, ReplayedRun(replays, run, source, event, parts.reporter, until))


def _event_of(replays: Replays, run: Run, source: Source, until: float) -> bytes:
    """The event to run: the kept one, or those items of its batch that are still to run. Raises BodyDamaged."""
    event = replays.load(run.row, until)
    only = run.row.get("only")
    left = event if only is None else with_only(source, event, only)
    if left is None:
        raise BodyDamaged("the kept event is not a batch, though only some of its items are to run")
    return left
