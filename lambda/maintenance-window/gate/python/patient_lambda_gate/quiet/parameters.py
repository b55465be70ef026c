"""Reads the window's parameters with one GetParameters call, within a budget."""

import time

from patient_lambda_aws.client import AwsClient, AwsError

from patient_lambda_gate.quiet.reading import ReadFailed, Reading
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.window.window import Planned, WindowValueError, parse_operator, parse_planned


class ParameterReader:
    """Callable: ``reader(budget)`` with the budget in milliseconds."""

    def __init__(self, client: AwsClient, settings: Settings) -> None:
        self._client = client
        self._operator = settings.operator_parameter
        self._planned = settings.planned_parameter

    def __call__(self, budget: float) -> Reading:
        """Raises ReadFailed."""
        values = {parameter.get("Name"): parameter for parameter in self._get(budget)}
        operator = values.get(self._operator)
        if operator is None:
            raise ReadFailed(f"parameter {self._operator} does not exist: deploy its stack again, or write 'auto' to it")
        try:
            value = parse_operator(operator.get("Value", ""))
        except WindowValueError as error:
            raise ReadFailed(f"parameter {self._operator} cannot be read, {error}") from error
        planned, failure = self._planned_value(values)
        return Reading(value, int(operator.get("Version") or 0), float(operator.get("LastModifiedDate") or 0) * 1000, planned, failure)

    def _planned_value(self, values: dict) -> "tuple[Planned | None, str | None]":
        if self._planned is None:
            return None, None
        parameter = values.get(self._planned)
        if parameter is None:
            return None, f"parameter {self._planned} does not exist"
        try:
            return parse_planned(parameter.get("Value", "")), None
        except WindowValueError as error:
            return None, f"parameter {self._planned} cannot be read, {error}"

    def _get(self, budget: float) -> list:
        names = [self._operator] + ([self._planned] if self._planned else [])
        until = time.monotonic() + budget / 1000
        try:
            try:
                # Half of the budget at most: a kept connection may be dead without a sign
                answer = self._client.call_once("ssm", "GetParameters", {"Names": names}, budget / 2000)
            except AwsError as error:
                left = until - time.monotonic()
                if not error.retryable or left <= 0:
                    raise
                answer = self._client.call_once("ssm", "GetParameters", {"Names": names}, left, fresh=True)
        except AwsError as error:
            raise ReadFailed(f"ssm:GetParameters failed, {error}") from error
        parameters = answer.get("Parameters")
        if not isinstance(parameters, list) or not all(isinstance(parameter, dict) for parameter in parameters):
            raise ReadFailed("ssm:GetParameters answered without Parameters")
        return parameters
