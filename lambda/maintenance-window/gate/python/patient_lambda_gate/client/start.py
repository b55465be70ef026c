"""Starts the gate with the process: the window is read while the client's own modules load."""

from __future__ import annotations

import os

from patient_lambda_aws.client import AwsClient

from patient_lambda_gate.client import late_handler
from patient_lambda_gate.client.attach import attach, check_seams, unknown_client
from patient_lambda_gate.quiet.errors import UnknownClient
from patient_lambda_gate.quiet.gate import Gate
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.source import read_window
from patient_lambda_gate.quiet.step import GateParts
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
    except UnknownClient as error:
        if settings.on_unknown_client != "RUN":
            raise
        reporter.log(f"the function runs without its gate, as onUnknownClient is RUN: {error}")
        reporter.count("gateMissing")
        return
    if settings.loads_after_check and gate.holds_at_boot():
        late_handler.hold(bootstrap)
    attach(bootstrap, gate, more_names)


def _client() -> tuple[object, tuple[str, ...]]:
    """The client's module, and names of its seam's parameters that come after the known ones. Raises UnknownClient."""
    try:
        import awslambdaric
        from awslambdaric import bootstrap
    except ImportError as error:
        raise unknown_client(f"the runtime's client awslambdaric cannot be imported: {error}") from error
    return bootstrap, check_seams(bootstrap, getattr(awslambdaric, "__version__", "of unknown version"))
