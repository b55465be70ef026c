"""The ways of an invocation that meets a window, or that may be the retry of one that did or the Delete of what one kept from being made."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python.taken import Clock

from patient_lambda_gate.held import answers, sources
from patient_lambda_gate.held.always_run import always_runs
from patient_lambda_gate.held.coalescing import SCHEDULED, input_rule, rule_of
from patient_lambda_gate.held.deferred_event import DeferredEvent
from patient_lambda_gate.held.envelope import envelope_of
from patient_lambda_gate.held.store import Store
from patient_lambda_gate.held.streaming import is_streamed
from patient_lambda_gate.held.table import StoreError, Table
from patient_lambda_gate.quiet.errors import DuplicateCheckFailed, MaintenanceWindowActive, RequestNotAnswered
from patient_lambda_gate.quiet.invocation import Invocation, store_until
from patient_lambda_gate.quiet.step import Fail, Reply, Step
from patient_lambda_gate.store.row import is_kept
from patient_lambda_gate.window.decision import Decision

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Callable

    from patient_lambda_gate.quiet.gate import GateParts

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
        tick = input_rule(parts.settings, invocation)
        self._source = sources.detect(self._event) if tick is None else sources.source_named(SCHEDULED)
        self._source_ids = sources.source_ids(self._source, self._event) if tick is None else [tick]
        self._action = parts.settings.deferral.get(self._source["name"], self._source["action"])
        self._streamed = is_streamed(parts.settings.streaming, self._source, invocation.arn)
        # Only of CloudFormation's events.
        self._request_kind = self._kind_of_request() if self._source["answer"] == "cloudformation" else None
        self._store = Store(Table(parts.client, parts.settings.table), parts.settings.function_key, parts.clock)

    def settle(self) -> Step | None:
        """Whatever the window: the answer to a Delete of what was never made. Nothing for any other event."""
        if self._request_kind != "NEVER_MADE":
            return None
        failure = self._respond("")
        if failure is None:
            return Reply(b"{}")
        message = f"the Delete of a resource that was never made is SUCCESS, but CloudFormation could not be told so: {failure}."
        return Fail(RequestNotAnswered(message))

    def plan(self, decision: Decision) -> Step:
        """The window is on."""
        if self._action == "RUN" or self._runs_always():
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
        if self._request_kind == "UNKNOWN_CONTINUATION":
            self._parts.reporter.count("unrecognizedContinuation")
            return True
        if self._request_kind == "CONTINUATION" or sources.is_hop(self._event):
            return True
        return always_runs(self._parts.settings.always_run, self._source, self._event)

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
        settings, source = self._parts.settings, self._source["name"]
        envelope = envelope_of(settings, invocation, self._source_ids, self._operator_version, decision)
        rule = rule_of(source, self._source_ids, settings, invocation)
        try:
            write(DeferredEvent(invocation.request_id, source, invocation.body, envelope, rule))
        except StoreError as error:
            reporter.log(f"{invocation.request_id} could not be kept: {error}")
            reporter.count("storeFailed")
            return Fail(answers.not_stored(str(error)))
        reporter.count("deferred")
        if source == sources.DIRECT or (self._source.get("assumed") and source not in settings.deferral):
            reporter.count("unrecognizedSource")
        return self._deferred_reply(decision.until)

    def _deferred_reply(self, until: float | None) -> Step:
        body, request_id = self._invocation.body, self._invocation.request_id
        return Reply(answers.deferred(self._source, self._event, body, request_id, until, self._streamed), self._streamed)

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
            now, rejection, streams = self._parts.clock(), self._parts.settings.rejection, self._streamed
            return Reply(answers.rejected(self._source, self._event, now, decision.until, decision.reason, rejection, streams), streams)
        error = answers.window_active("REJECT", decision.until, decision.reason)
        return self._reject_request(error) if self._source["answer"] == "cloudformation" else Fail(error)

    def _reject_request(self, error: MaintenanceWindowActive) -> Step:
        if self._request_kind == "ELSEWHERE":
            return Fail(error)
        failure = self._respond(str(error))
        if failure is None:
            return Reply(b"{}")
        # Lambda tries again after an error: silence would hang the stack
        return Fail(MaintenanceWindowActive(f"{error} CloudFormation could not be told so: {failure}."))

    def _kind_of_request(self) -> str:
        from patient_lambda_gate.held.cloudformation_request import kind_of

        assert isinstance(self._event, dict)  # as its source's conditions say
        return kind_of(self._event, self._invocation.arn)

    def _respond(self, reason: str) -> str | None:
        """Answers CloudFormation; why it could not be told, when it could not."""
        from patient_lambda_gate.held import cloudformation

        parts, request = self._parts, self._event
        assert isinstance(request, dict)  # as its source's conditions say
        if not cloudformation.is_response_url(request["ResponseURL"], parts.environment):
            return "the ResponseURL is not an https URL"
        response = cloudformation.held_response(request, reason)
        try:
            cloudformation.deliver(parts.client, request["ResponseURL"], response, self._until, parts.clock, Clock.sleep)
        except cloudformation.NotDelivered as failure:
            return str(failure)
        return None
