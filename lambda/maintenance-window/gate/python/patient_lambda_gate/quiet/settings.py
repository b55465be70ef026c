"""What the construct tells the gate, from environment variables. Read once: a handler may change its environment."""

import json

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.errors import GateNotAttached

SNAP_START = "snap-start"


class Settings:
    """Times in milliseconds."""

    def __init__(self, environment: dict) -> None:
        names = contract.load("names")
        timing = contract.load("maintenance-window/timing")
        self._names = names["environment"]
        self._environment = environment
        self.operator_parameter = self._required("operatorParameter")
        self.planned_parameter = self._text("plannedParameter")
        self.table = self._required("table")
        self.function_key = self._required("functionKey")
        self.cache_ttl = self._seconds("cacheTtl", timing["cacheTtlSeconds"]["default"], timing["cacheTtlSeconds"]["least"])
        self.lead = self._seconds("lead", 0, 0)
        self.retry_guard = self._seconds("retryGuard", timing["retryGuardSeconds"]["default"], 0)
        self.leave_for = self._seconds("leaveFor", timing["leaveForSeconds"]["default"], 0, timing["leaveForSeconds"]["most"])
        self.keep_finished = self._seconds("keepFinished", timing["keepFinishedSeconds"]["default"], timing["keepFinishedSeconds"]["least"])
        self.on_window_unknown = self._choice("onWindowUnknown", names["onWindowUnknown"])
        self.handler_loading = self._choice("handlerLoading", names["handlerLoading"])
        self.deferral = self._deferral()
        self.log_stream = environment.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION", "")
        self.json_logs = environment.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
        self.is_snap_start = environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == SNAP_START

    def _text(self, key: str) -> "str | None":
        return self._environment.get(self._names[key]) or None

    def _required(self, key: str) -> str:
        value = self._text(key)
        if value is None:
            raise GateNotAttached(f"the environment variable {self._names[key]} is missing: the construct sets it, so deploy the function again")
        return value

    def _seconds(self, key: str, default: int, least: int, most: "int | None" = None) -> int:
        text = self._text(key)
        if text is None:
            return default * 1000
        if not text.isascii() or not text.isdigit() or int(text) < least or (most is not None and int(text) > most):
            limit = f"at least {least}" if most is None else f"{least} to {most}"
            raise GateNotAttached(f"the environment variable {self._names[key]} is '{text[:120]}': expected whole seconds, {limit}")
        return int(text) * 1000

    def _choice(self, key: str, allowed: list) -> str:
        value = self._text(key) or allowed[0]
        if value not in allowed:
            raise GateNotAttached(f"the environment variable {self._names[key]} is '{value[:120]}': expected one of {', '.join(allowed)}")
        return value

    def _deferral(self) -> dict:
        text = self._text("deferral")
        try:
            deferral = json.loads(text) if text else {}
            if not isinstance(deferral, dict):
                raise ValueError("no object")
        except ValueError as error:
            raise GateNotAttached(
                f"the environment variable {self._names['deferral']} is '{text[:120]}': expected a JSON object of source to action ({error})"
            ) from None
        return deferral
