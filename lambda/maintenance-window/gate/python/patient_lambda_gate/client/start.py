"""Starts the gate with the process: the window is read while the client's own modules load."""

import os

from patient_lambda_gate.client import late_handler as held
from patient_lambda_gate.client.attach import attach, check_seams
from patient_lambda_gate.quiet.errors import GateNotAttached
from patient_lambda_gate.quiet.gate import Gate
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.times import now_ms
from patient_lambda_gate.quiet.window_cache import TIMING, WindowCache


class Connections:
    """The process's one AWS client, made by whoever needs it first."""

    def __init__(self, settings: Settings, reporter: Reporter, environment: dict) -> None:
        self._settings = settings
        self._reporter = reporter
        self._environment = environment
        self._client = None

    def client(self):
        if self._client is None:
            from patient_lambda_aws.client import AwsClient

            self._client = AwsClient(self._environment, now_ms)
        return self._client

    def reader(self):
        from patient_lambda_gate.quiet.parameters import ParameterReader

        return ParameterReader(self.client(), self._settings)

    def services(self):
        from patient_lambda_gate.client.services import Services

        return Services(self.client(), self._settings, self._reporter, self._environment, now_ms)


def start() -> None:
    """Returns when the client may start. Raises GateNotAttached."""
    environment = dict(os.environ)
    if "AWS_LAMBDA_MAX_CONCURRENCY" in environment:
        raise GateNotAttached("Lambda Managed Instances run several invocations at once in one environment, which is not supported yet")
    settings = Settings(environment)
    reporter = Reporter(settings.function_key, settings.json_logs)
    connections = Connections(settings, reporter, environment)
    cache = WindowCache(settings, connections.reader, reporter, now_ms)
    if not settings.is_snap_start:  # what is read before a snapshot says nothing about the time after its restore
        cache.start_read(TIMING["coldReadBudget"]["value"])
    try:
        import awslambdaric
        from awslambdaric import bootstrap
    except ImportError as error:
        raise GateNotAttached(f"the runtime's client awslambdaric cannot be imported: {error}") from error
    more = check_seams(bootstrap, getattr(awslambdaric, "__version__", "of unknown version"))
    if settings.deferral:
        _check_deferral(settings)
    gate = Gate(settings, cache, reporter, now_ms, connections.services, more)
    if settings.handler_loading == "AFTER_CHECK" and not settings.is_snap_start and gate.holds_at_boot():
        held.hold(bootstrap)
    attach(bootstrap, gate)


def _check_deferral(settings: Settings) -> None:
    import patient_lambda_contract as contract

    rows = {row["name"]: row for row in contract.load("maintenance-window/sources")["sources"]}
    for name, action in settings.deferral.items():
        if name not in rows:
            raise GateNotAttached(f"PATIENT_LAMBDA_DEFERRAL names the source '{name}', which is none of: {', '.join(rows)}")
        if action not in rows[name]["allowed"]:
            raise GateNotAttached(f"PATIENT_LAMBDA_DEFERRAL wants {name} to {action}; possible are {', '.join(rows[name]['allowed'])}")
