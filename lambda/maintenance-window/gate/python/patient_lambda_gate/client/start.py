"""Starts the gate with the process: the window is read while the client's own modules load."""

from __future__ import annotations

import os

from patient_lambda_aws.client import AwsClient

from patient_lambda_gate.client.attach import attach, check_seams
from patient_lambda_gate.quiet.gate import Gate, GateParts
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.source import read_window
from patient_lambda_gate.quiet.times import now_ms
from patient_lambda_gate.quiet.window_cache import WindowCache

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Iterator

    from patient_lambda_gate.quiet.reading import Reading


def start() -> None:
    """Returns when the client may start: with the gate, or without when onUnknownClient says so. Raises GateNotAttached."""
    environment = dict(os.environ)
    settings = Settings(environment)
    reporter = Reporter(settings.function_key, settings.json_logs)
    client = AwsClient(environment, now_ms)

    def read(budget: float) -> Iterator[Reading]:
        return read_window(client, settings, budget)

    cache = WindowCache(settings, read, reporter, now_ms)
    gate = Gate(GateParts(settings, environment, cache, reporter, now_ms, client))
    gate.start()
    try:
        bootstrap, more_names = _client()
    except Exception as error:
        from patient_lambda_gate.client.unknown_client import runs_without_gate

        if runs_without_gate(error, settings, reporter):
            return
        raise
    stub = None
    if settings.loads_after_check and gate.holds_at_boot():
        from patient_lambda_gate.client import late_handler

        stub = late_handler.hold(bootstrap)
    attach(bootstrap, gate, more_names, stub)


def _client() -> tuple[object, tuple[str, ...]]:
    """The client's module, and names of its seam's parameters that come after the known ones. Raises UnknownClient."""
    try:
        import awslambdaric
        from awslambdaric import bootstrap
    except ImportError as error:
        from patient_lambda_gate.client.unknown_client import unknown_client

        raise unknown_client(f"the runtime's client awslambdaric cannot be imported: {error}") from error
    return bootstrap, check_seams(bootstrap, getattr(awslambdaric, "__version__", "of unknown version"))
