"""What the construct tells the gate, from environment variables. Read once: a handler may change its environment."""

from __future__ import annotations

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.mirror import mirror_table

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from patient_lambda_gate.quiet.errors import GateError
    from patient_lambda_gate.quiet.http_options import Rejection

MANAGED_INSTANCES = "AWS_LAMBDA_MAX_CONCURRENCY"
SHOWN_CHARACTERS = 120  # of a refused value


class Settings:
    """Times in milliseconds."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Raises GateNotAttached naming the variable, its value and what was expected."""
        if environment.get(MANAGED_INSTANCES):
            raise not_attached("Lambda Managed Instances run several invocations at once in one environment, which is not supported yet")
        names = contract.load("names")
        timing = contract.load("maintenance-window/timing")
        self._names: dict[str, str] = names["environment"]
        self._environment = environment
        self.operator_parameter = self._required("operatorParameter")
        self.planned_parameter = self._text("plannedParameter")
        # None: Parameter Store alone is read.
        is_mirrored = self._choice("windowSource", names["windowSource"]) == "MIRROR"
        self.mirror_table = mirror_table(self.operator_parameter) if is_mirrored else None
        self.table = self._required("table")
        self.function_key = self._required("functionKey")
        self.cache_ttl = self._seconds("cacheTtl", timing["cacheTtlSeconds"]["default"], timing["cacheTtlSeconds"]["least"])
        self.lead_time = self._seconds("leadTime", 0, 0)
        self.duplicate_check_for = self._seconds("duplicateCheckFor", timing["duplicateCheckForSeconds"]["default"], 0)
        self.fifo_visibility_timeout = self._seconds(
            "fifoVisibilityTimeout", timing["fifoVisibilityTimeoutSeconds"]["default"], 0, timing["fifoVisibilityTimeoutSeconds"]["most"]
        )
        self.keep_finished = self._seconds("keepFinished", timing["keepFinishedSeconds"]["default"], timing["keepFinishedSeconds"]["least"])
        self.on_window_unknown = self._choice("onWindowUnknown", names["onWindowUnknown"])
        self.on_unknown_client = self._choice("onUnknownClient", names["onUnknownClient"])
        self.is_snap_start = environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"
        # Whether user code waits for the window's value. Never under SnapStart: it belongs in the snapshot.
        self.loads_after_check = self._choice("handlerLoading", names["handlerLoading"]) == "AFTER_CHECK" and not self.is_snap_start
        self.deferral: dict[str, str] = self._json("deferral", {})
        self.rejection: Rejection | None = self._json("rejection", None)
        # Patterns of HTTP requests that run although a window is on.
        self.always_run: list[str] = self._json("alwaysRun", [])
        self.streaming: dict[str, list[str]] = self._json("streaming", {})
        self.coalesce_by = self._choice("coalesceBy", names["coalesceBy"])
        # Digests of the inputs by which ticks of schedules are known.
        tick_inputs = self._text("tickInputs")
        self.tick_inputs = tick_inputs.split(",") if tick_inputs else []
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION", "")
        self.log_stream = environment.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.json_logs = environment.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"

    def _text(self, key: str) -> str | None:
        return self._environment.get(self._names[key]) or None

    def _required(self, key: str) -> str:
        value = self._text(key)
        if value is None:
            raise not_attached(f"the environment variable {self._names[key]} is missing: the construct sets it, so deploy the function again")
        return value

    def _seconds(self, key: str, default: int, least: int, most: int | None = None) -> int:
        value = self._text(key)
        if value is None:
            return default * 1000
        if not value.isascii() or not value.isdigit() or int(value) < least or (most is not None and int(value) > most):
            raise self._refused(key, value, f"whole seconds, at least {least}" if most is None else f"whole seconds, {least} to {most}")
        return int(value) * 1000

    def _choice(self, key: str, allowed: Sequence[str]) -> str:
        value = self._text(key) or allowed[0]
        if value not in allowed:
            raise self._refused(key, value, f"one of {', '.join(allowed)}")
        return value

    def _json(self, key: str, absent: Any) -> Any:
        text = self._text(key)
        if text is None:
            return absent
        from patient_lambda_gate.quiet.json_variables import EXPECTED, parsed

        value = parsed(key, text)
        if value is None:
            raise self._refused(key, text, EXPECTED[key])
        return value

    def _refused(self, key: str, value: str, expected: str) -> GateError:
        return not_attached(f"the environment variable {self._names[key]} is '{value[:SHOWN_CHARACTERS]}': expected {expected}")


def not_attached(message: str) -> GateError:
    from patient_lambda_gate.quiet.errors import GateNotAttached

    return GateNotAttached(message)
