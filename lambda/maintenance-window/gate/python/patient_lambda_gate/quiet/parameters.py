"""Reads the window's parameters in Parameter Store with one GetParameters call, within a budget."""

from __future__ import annotations

from patient_lambda_aws.client import AwsClient, AwsError

from patient_lambda_gate.quiet.reading import ReadFailed, Reading
from patient_lambda_gate.window.value import parse_operator, parse_planned

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.quiet.settings import Settings
    from patient_lambda_gate.window.value import PlannedValue

    Parameter = dict[str, Any]


def read_parameters(client: AwsClient, settings: Settings, budget: float, once: bool = False) -> Reading:
    """Reads within ``budget`` milliseconds, and again with back-off after a throttle, a server's error or no answer, unless ``once``.

    Raises ReadFailed."""
    name, planned_name = settings.operator_parameter, settings.planned_parameter
    parameters = _get_parameters(client, [name] if planned_name is None else [name, planned_name], budget, once)
    found = {parameter.get("Name"): parameter for parameter in parameters}
    parameter = found.get(name)
    if parameter is None:
        raise ReadFailed(f"parameter {name} does not exist: write the window's value to it, 'auto' when none is on")
    try:
        operator = parse_operator(parameter.get("Value", ""))
    except ValueError as error:
        raise ReadFailed(f"parameter {name} cannot be read, {error}") from error
    planned, failure = (None, None) if planned_name is None else _read_planned(planned_name, found.get(planned_name))
    # Whole milliseconds, as the mirror has them: which of two values is the newer depends on it
    return Reading(operator, int(parameter.get("Version") or 0), round(float(parameter.get("LastModifiedDate") or 0) * 1000), planned, failure)


def _read_planned(name: str, parameter: Parameter | None) -> tuple[PlannedValue | None, str | None]:
    if parameter is None:
        return None, f"parameter {name} does not exist"
    try:
        return parse_planned(parameter.get("Value", "")), None
    except ValueError as error:
        return None, f"parameter {name} cannot be read, {error}"


def _get_parameters(client: AwsClient, names: list[str], budget: float, once: bool) -> list[Parameter]:
    request = {"Names": names}
    try:
        if once:
            answer = client.call_once("ssm", "GetParameters", request, budget)
        else:
            answer = client.call("ssm", "GetParameters", request, client.clock() + budget)
    except AwsError as error:
        raise ReadFailed(f"ssm:GetParameters failed, {error}") from error
    parameters = answer.get("Parameters")
    if not isinstance(parameters, list) or not all(isinstance(parameter, dict) for parameter in parameters):
        raise ReadFailed("ssm:GetParameters answered without Parameters")
    return parameters
