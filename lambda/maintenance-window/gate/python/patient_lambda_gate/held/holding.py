"""The ways of an invocation that meets a window, or that may be the retry of one that did."""

import time

import patient_lambda_contract as contract

from patient_lambda_gate.held import answers, sources
from patient_lambda_gate.held.store import DeferredEvent
from patient_lambda_gate.held.table import PAST_WRITING, StoreError
from patient_lambda_gate.quiet.errors import typed
from patient_lambda_gate.window.window import Decision

TIMING = contract.load("maintenance-window/timing")


class Hold:
    """One invocation; only here is its body parsed."""

    def __init__(self, gate, invocation, version: "int | None") -> None:
        self._gate = gate
        self._invocation = invocation
        self._version = version
        self._event = sources.parse(invocation.body)
        self._row = sources.detect(self._event)
        self._action = gate.settings.deferral.get(self._row["name"], self._row["action"])

    def plan(self, decision: Decision):
        """The window is on."""
        if sources.is_hop(self._event) or self._action == "RUN":
            return self._invocation.run
        if self._action == "DEFER":
            return self._defer(decision)
        if self._action == "LEAVE":
            return self._leave(decision)
        return self._reject(decision)

    def plan_unknown(self, cause: str):
        """onWindowUnknown is FAIL. An operation that has begun is finished all the same."""
        if sources.is_hop(self._event):
            return self._invocation.run
        self._gate.reporter.count("rejected")
        return self._gate.failure(self._invocation, answers.window_unknown(cause))

    def plan_guarded(self):
        """The window has just ended: an asynchronous invocation may be Lambda's retry of one that is kept already."""
        if self._row["action"] != "DEFER" or sources.is_hop(self._event):
            return self._invocation.run
        gate, invocation = self._gate, self._invocation
        budget = TIMING["coldReadBudget"]
        remaining = invocation.deadline - gate.clock()
        until = gate.clock() + min(budget["value"], remaining * budget["shareOfRemaining"])
        try:
            kept = gate.services.store.look_up(invocation.request_id, until)
        except StoreError as error:
            return self._plan_unchecked(error)
        if kept is None:
            return invocation.run
        if kept.get("state") not in PAST_WRITING:
            return self._keep(Decision(False, None, None, False), lambda store, event, until: store.take_over(event, invocation.body, kept, until))
        return gate.reply(invocation, self._deferred(kept.get("envelope", {}).get("until")))

    def _plan_unchecked(self, error: StoreError):
        if self._row["name"] == sources.DIRECT:  # maybe a caller that waits, and that would not come again
            self._gate.reporter.count("duplicateCheckSkipped")
            return self._invocation.run
        why = f"a maintenance window has just ended and it could not be checked whether the event is kept already ({error})"
        return self._gate.store_failure(self._invocation, "duplicateCheckFailed", f"{why}: the handler was not called.")

    def _defer(self, decision: Decision):
        return self._keep(decision, lambda store, event, until: store.defer(event, self._invocation.body, until))

    def _keep(self, decision: Decision, write):
        gate, invocation = self._gate, self._invocation
        envelope = gate.envelope(invocation, decision, self._version)
        event = DeferredEvent(invocation.request_id, self._row["name"], sources.source_ids(self._row, self._event), envelope)
        try:
            write(gate.services.store, event, gate.store_until(invocation))
        except StoreError as error:
            gate.reporter.log(f"{invocation.request_id} could not be kept: {error}")
            gate.reporter.count("storeFailed")
            return gate.failure(invocation, answers.not_stored(str(error)))
        gate.reporter.count("deferred")
        if self._row["name"] == sources.DIRECT:
            gate.reporter.count("unrecognizedSource")
        return gate.reply(invocation, self._deferred(decision.until))

    def _deferred(self, until: "int | None") -> bytes:
        return answers.deferred(self._row, self._event, self._invocation.body, self._invocation.request_id, until)

    def _leave(self, decision: Decision):
        gate = self._gate
        if self._row["name"] == "sqs-fifo":
            from patient_lambda_gate.held.fifo import extend_visibility

            now = gate.clock()
            hidden = gate.settings.leave_for if decision.until is None else min(decision.until - now, gate.settings.leave_for)
            failure = extend_visibility(gate.services.client, self._event, hidden, self._invocation.deadline - now)
            if failure:
                gate.reporter.log(f"messages were left, but their visibility could not be extended: {failure}")
        gate.reporter.count("left")
        return gate.failure(self._invocation, answers.window_active("LEAVE", decision.until, decision.reason))

    def _reject(self, decision: Decision):
        gate = self._gate
        gate.reporter.count("rejected")
        if self._row["answer"] in ("http", "alb"):
            return gate.reply(self._invocation, answers.rejected(self._row, self._event, gate.clock(), decision.until, decision.reason))
        error = answers.window_active("REJECT", decision.until, decision.reason)
        if self._row["answer"] == "cloudformation":
            return self._reject_request(error)
        return gate.failure(self._invocation, error)

    def _reject_request(self, error: Exception):
        from patient_lambda_gate.held import cloudformation

        gate, event = self._gate, self._event
        if not cloudformation.is_response_url(event["ResponseURL"], gate.services.environment):
            return gate.failure(self._invocation, error)
        response = cloudformation.held_response(event, str(error))
        try:
            until = gate.store_until(self._invocation)
            cloudformation.deliver(gate.services.client.transport, event["ResponseURL"], response, until, gate.clock, time.sleep)
        except cloudformation.NotDelivered as failure:
            # The error makes Lambda try again: silence would hang the stack
            return gate.failure(self._invocation, typed("windowActive", f"{error} CloudFormation could not be told so: {failure}."))
        return gate.reply(self._invocation, b"{}")
