"""Whether an invocation runs as it is, and whether user code may be loaded: all that a gate does while its window is off."""

from __future__ import annotations

import patient_lambda_contract as contract

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from patient_lambda_aws.client import AwsClient

    from patient_lambda_gate.quiet.report import Reporter
    from patient_lambda_gate.quiet.settings import Settings
    from patient_lambda_gate.quiet.window_cache import WindowCache

CREATE_FAILED_ID: bytes = contract.load("cloudformation/answer")["createFailedId"].encode()
POINTER_PREFIX: bytes = contract.load("maintenance-window/replay")["pointer"]["prefix"].encode()


class GateParts:
    """What the gate works with. ``client`` is the process's one."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        cache: WindowCache,
        reporter: Reporter,
        clock: Callable[[], float],
        client: AwsClient,
    ) -> None:
        self.settings = settings
        self.environment = environment
        self.cache = cache
        self.reporter = reporter
        self.clock = clock
        self.client = client


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
        return parts.cache.is_quiet(parts.clock()) and not body.startswith(POINTER_PREFIX) and not client_context and not names_create_failed_id(body)

    def is_quiet_after_read(self, body: bytes, client_context: str | None, deadline: Any) -> bool:
        """Whether it does once the window is known again, where that is due: then nothing of what plans a hold is loaded."""
        parts = self.parts
        try:
            return parts.cache.becomes_quiet(float(deadline) - parts.clock()) and self.is_quiet(body, client_context)
        except Exception:  # which whoever plans the invocation meets again, and fails it
            return False

    def holds_at_boot(self) -> bool:
        """Whether user code must not be loaded yet."""
        if self.parts.cache.becomes_quiet(float("inf")):
            return False
        state = self.parts.cache.state(float("inf"))
        return state.decision.on if state.is_known else self.parts.settings.on_window_unknown != "RUN"


def names_create_failed_id(body: bytes) -> bool:
    """Whether it may be a Delete of what was never made, wherever its members are. The search of bytes costs the warm path next to nothing."""
    return CREATE_FAILED_ID in body
