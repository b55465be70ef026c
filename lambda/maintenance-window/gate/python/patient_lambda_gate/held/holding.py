"""The ways of an invocation that meets a window, or that may be the retry of one that did."""

from __future__ import annotations

import time
from collections.abc import Callable

import patient_lambda_contract as contract

from patient_lambda_gate.held import answers, sources
from patient_lambda_gate.held.always_run import always_runs
from patient_lambda_gate.held.deferred_event import DeferredEvent
from patient_lambda_gate.held.envelope import envelope_of
from patient_lambda_gate.held.store import Store
from patient_lambda_gate.held.table import StoreError, Table
from patient_lambda_gate.quiet.errors import DuplicateCheckFailed, MaintenanceWindowActive
from patient_lambda_gate.quiet.invocation import Invocation, store_until
from patient_lambda_gate.quiet.step import Fail, GateParts, Reply, Step
from patient_lambda_gate.store.row import is_kept
from patient_lambda_gate.window.decision import Decision

LOOK_UP = contract.load("maintenance-window/timing")["coldReadBudget"]


class Hold:
    """One invocation; only here is its body parsed."""

    def __init__(self, parts: GateParts, invocation: Invocation, run: Step, operator_version: int | None) -> None:
        self._parts = parts
        self._invocation = invocation
        self._run = run
        self._until = store_until(invocation)
        self._operator_version = operator_version
        self._event = sources.parse(invocation.body)
        self._source = sources.detect(self._event)
        self._action = parts.settings.deferral.get(self._source["name"], self._source["action"])
        self._store = Store(Table(parts.client, parts.settings.table), parts.settings.function_key, parts.clock)

    def plan(self, decision: Decision) -> Step:
        """The window is on."""
        if self._runs_always() or self._action == "RUN":
            return self._run
        if self._action == "DEFER":
            return self._keep(decision, lambda event: self._store.defer(event, self._until))
        if self._action == "LEAVE":
            return self._leave(decision)
        return self._reject(decision)

    def plan_unknown(self, cause: str) -> Step:
        """onWindowUnknown is FAIL. What always runs does so all the same."""
        if self._runs_always():
            return self._run
        self._parts.reporter.count("rejected")
        return Fail(answers.window_unknown(cause))

    def plan_guarded(self) -> Step:
        """The window has just ended: an asynchronous invocation may be Lambda's retry of one that is kept already."""
        if self._action != "DEFER" or self._runs_always():
            return self._run
        now = self._parts.clock()
        budget = min(LOOK_UP["value"], (self._invocation.deadline - now) * LOOK_UP["shareOfRemaining"])
        try:
            kept = self._store.look_up(self._invocation.request_id, now + budget)
        except StoreError as error:
            return self._plan_unchecked(error)
        if kept is None:
            return self._run
        if not is_kept(kept):
            half_written = kept
            ended = Decision(False, None, None, False)
            return self._keep(ended, lambda event: self._store.take_over(event, half_written, self._until))
        return self._deferred_reply(kept["envelope"].get("until") if "envelope" in kept else None)

    def _runs_always(self) -> bool:
        """An operation that has begun is finished; an HTTP request may be one that the function lets through."""
        return sources.is_hop(self._event) or always_runs(self._parts.settings.always_run, self._source, self._event)

    def _plan_unchecked(self, error: StoreError) -> Step:
        if self._source["name"] == sources.DIRECT or self._source["action"] == "REJECT":
            # maybe or surely a caller that waits, and that would not come again
            self._parts.reporter.count("duplicateCheckSkipped")
            return self._run
        why = f"a maintenance window has just ended and it could not be checked whether the event is kept already ({error})"
        self._parts.reporter.count("storeFailed")
        return Fail(DuplicateCheckFailed(f"{why}: the handler was not called."))

    def _keep(self, decision: Decision, write: Callable[[DeferredEvent], None]) -> Step:
        reporter, invocation = self._parts.reporter, self._invocation
        ids = sources.source_ids(self._source, self._event)
        envelope = envelope_of(self._parts.settings, invocation, ids, self._operator_version, decision)
        try:
            write(DeferredEvent(invocation.request_id, self._source["name"], invocation.body, envelope))
        except StoreError as error:
            reporter.log(f"{invocation.request_id} could not be kept: {error}")
            reporter.count("storeFailed")
            return Fail(answers.not_stored(str(error)))
        reporter.count("deferred")
        if self._source["name"] == sources.DIRECT:
            reporter.count("unrecognizedSource")
        return self._deferred_reply(decision.until)

    def _deferred_reply(self, until: float | None) -> Step:
        return Reply(answers.deferred(self._source, self._event, self._invocation.body, self._invocation.request_id, until))

    def _leave(self, decision: Decision) -> Step:
        parts = self._parts
        if self._source["name"] == "sqs-fifo":
            from patient_lambda_gate.held.fifo import extend_visibility

            now = parts.clock()
            hidden = (
                parts.settings.fifo_visibility_timeout
                if decision.until is None
                else min(decision.until - now, parts.settings.fifo_visibility_timeout)
            )
            failure = extend_visibility(parts.client, self._event, hidden, self._invocation.deadline - now)
            if failure is not None:
                parts.reporter.log(f"messages were left, but their visibility could not be extended: {failure}")
        parts.reporter.count("left")
        return Fail(answers.window_active("LEAVE", decision.until, decision.reason))

    def _reject(self, decision: Decision) -> Step:
        self._parts.reporter.count("rejected")
        if self._source["answer"] in ("http", "alb"):
            clock, settings = self._parts.clock, self._parts.settings
            return Reply(answers.rejected(self._source, self._event, clock(), decision.until, decision.reason, settings.rejection))
        error = answers.window_active("REJECT", decision.until, decision.reason)
        return self._reject_request(error) if self._source["answer"] == "cloudformation" else Fail(error)

    def _reject_request(self, error: MaintenanceWindowActive) -> Step:
        from patient_lambda_gate.held import cloudformation

        parts, request = self._parts, self._event
        assert isinstance(request, dict)  # as its source's conditions say
        url = request["ResponseURL"]
        if not cloudformation.is_response_url(url, parts.environment) or cloudformation.is_answered_elsewhere(request, self._invocation.arn):
            return Fail(error)
        response = cloudformation.held_response(request, str(error))
        try:
            cloudformation.deliver(parts.client.transport, url, response, self._until, parts.clock, time.sleep)
        except cloudformation.NotDelivered as failure:
            # Lambda tries again after an error: silence would hang the stack
            return Fail(MaintenanceWindowActive(f"{error} CloudFormation could not be told so: {failure}."))
        return Reply(b"{}")
