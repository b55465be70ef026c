"""The way of an invocation that is a replay pointer."""

import functools

import patient_lambda_contract as contract

from patient_lambda_gate.client.clients import ReplayClient, settle
from patient_lambda_gate.held import sources
from patient_lambda_gate.held.table import StoreError
from patient_lambda_gate.replay.mark import with_marker
from patient_lambda_gate.replay.outcome import BODY_DAMAGED, Outcome, only_items, parsed_event
from patient_lambda_gate.replay.replay import BodyDamaged, Refused, Run, answer


def plan_replay(gate, invocation, pointer: tuple, is_on: bool):
    """The step to take. The event is started, and its bytes are there, when it is to run."""
    request_id, token = pointer
    replayer = gate.services.replayer
    until = gate.store_until(invocation)
    try:
        if is_on:
            replayer.give_back(request_id, token, until)
            return gate.reply(invocation, answer("RETURNED", request_id))
        run = replayer.start(request_id, token, invocation.deadline, until)
        return _plan_run(gate, invocation, run, until)
    except Refused as refused:
        gate.reporter.count("replayRefused")
        gate.reporter.log(f"a replay of {request_id[:80]} was refused: {refused}")
        return gate.reply(invocation, answer("REFUSED", request_id))
    except StoreError as error:
        return gate.store_failure(invocation, "replayStoreFailed", f"a replay of {request_id[:80]} could not go on: {error}")


def _plan_run(gate, invocation, run: Run, until: float):
    row, replayer = run.row, gate.services.replayer
    source = next((known for known in contract.load("maintenance-window/sources")["sources"] if known["name"] == row.get("source")), None)
    source = source or sources.detect(sources.MISSING)
    try:
        body = replayer.load(row, until)
        if row.get("only"):
            body = only_items(source, body, row["only"])
    except (BodyDamaged, ValueError) as damage:
        status = settle(replayer, run, Outcome("FAILED", BODY_DAMAGED, str(damage)), gate.reporter, until)
        return gate.reply(invocation, answer(status, row["requestId"]))
    envelope = row.get("envelope", {})
    event = parsed_event(body) if "batch" in source else None
    client = ReplayClient(invocation.client, replayer, run, source, event, gate.reporter, until)
    context = with_marker(envelope.get("clientContext"), row, sources.received_messages(source, event))
    return functools.partial(invocation.run_with, client, body, context, envelope.get("identity"))
