"""Decides what becomes of each invocation. The same order as the Node.js gate."""

import functools
import os
import traceback

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.errors import typed
from patient_lambda_gate.quiet.invocation import Invocation
from patient_lambda_gate.quiet.pointer import parse_pointer
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.window_cache import WindowCache
from patient_lambda_gate.replay.mark import without_marker
from patient_lambda_gate.window.window import Decision

TIMING = contract.load("maintenance-window/timing")


class Gate:
    """One for each process."""

    def __init__(self, settings: Settings, cache: WindowCache, reporter: Reporter, clock, make_services, more_names: tuple) -> None:
        self.settings = settings
        self.cache = cache
        self.reporter = reporter
        self.clock = clock
        self.more_names = more_names
        self._make_services = make_services

    @functools.cached_property
    def services(self):
        """Store, replayer and clients: made when first needed, for most environments never see a window."""
        return self._make_services()

    def handle(self, invocation: Invocation) -> None:
        """Everything that the warm path does not settle."""
        try:
            act = self._plan(invocation)
        except Exception as error:  # a defect here must neither acknowledge the event nor run it unprotected
            self.reporter.log(f"{invocation.request_id} is failed by an error of the gate:\n{traceback.format_exc()}")
            act = functools.partial(self._fail, invocation, typed("gateNotAttached", f"the gate failed: {type(error).__name__}: {error}"))
        act()

    def holds_at_boot(self) -> bool:
        """Whether user code must not be loaded yet."""
        state = self.cache.state(float("inf"))
        if state.decision is None:
            return self.settings.on_window_unknown != "RUN"
        return state.decision.on

    def _plan(self, invocation: Invocation):
        pointer = parse_pointer(invocation.body)
        state = self.cache.state(invocation.deadline - self.clock())
        unknown = self.settings.on_window_unknown if state.decision is None else None
        is_on = unknown in ("DEFER", "FAIL") or (state.decision is not None and state.decision.on)
        if pointer is not None:
            from patient_lambda_gate.replay.replaying import plan_replay

            return plan_replay(self, invocation, pointer, is_on)
        if invocation.context:
            invocation.context = without_marker(invocation.context)
        if not is_on and not state.is_guarded:
            return invocation.run
        from patient_lambda_gate.held.holding import Hold

        hold = Hold(self, invocation, state.version)
        if state.is_guarded:
            return hold.plan_guarded()
        if unknown == "FAIL":
            return hold.plan_unknown(state.cause)
        return hold.plan(state.decision or Decision(True, None, None, False))

    def store_until(self, invocation: Invocation) -> float:
        """Until when the store may be tried: the answer has to be posted after that."""
        return invocation.deadline - TIMING["storeReserve"]["value"]

    def reply(self, invocation: Invocation, content: bytes):
        """The step that answers without the handler."""
        from patient_lambda_gate.client.clients import AnsweringClient

        return functools.partial(invocation.reply, AnsweringClient(invocation.client), content)

    def failure(self, invocation: Invocation, error: Exception):
        """The step that fails without the handler."""
        return functools.partial(self._fail, invocation, error)

    def store_failure(self, invocation: Invocation, name: str, message: str):
        """The step for a store that does not do its work: the source keeps its event and comes again."""
        self.reporter.count("storeFailed")
        return self.failure(invocation, typed(name, message))

    @staticmethod
    def _fail(invocation: Invocation, error: Exception) -> None:
        from patient_lambda_gate.client.clients import AnsweringClient

        invocation.fail(AnsweringClient(invocation.client), error)

    def envelope(self, invocation: Invocation, decision: "Decision | None", version: "int | None") -> dict:
        """What a replay must know beside the bytes; members that are None are left out."""
        settings = self.settings
        return {
            "schema": contract.load("maintenance-window/store")["envelope"]["schema"]["value"],
            "functionArn": invocation.arn,
            "functionVersion": settings.function_version,
            "clientContext": invocation.context or None,
            "identity": invocation.identity or None,
            "tenantId": invocation.tenant(self.more_names),
            "traceId": os.environ.get("_X_AMZN_TRACE_ID"),
            "operatorParameter": settings.operator_parameter,
            "plannedParameter": settings.planned_parameter,
            "operatorVersion": version,
            "cacheTtl": settings.cache_ttl // 1000,
            "lead": settings.lead // 1000,
            "until": decision.until if decision else None,
            "reason": decision.reason if decision else None,
        }
