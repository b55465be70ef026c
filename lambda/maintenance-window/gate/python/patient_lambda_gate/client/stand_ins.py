"""Stand in for the client's own connection to the Runtime API, one invocation long."""

from __future__ import annotations

from patient_lambda_python import json

from patient_lambda_gate.quiet.step import Fail, Reply

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.client.runtime_client import RuntimeClient
    from patient_lambda_gate.quiet.errors import GateError
    from patient_lambda_gate.quiet.step import StartedRun, Step

JSON = "application/json"


class RawMarshaller:
    """Leaves bytes alone."""

    @staticmethod
    def unmarshal_request(request: Any, content_type: str = JSON) -> None:
        return None

    @staticmethod
    def marshal_response(response: Any) -> tuple[Any, str]:
        return response, JSON


class StandIn:
    """What is not stood in for is the client's own."""

    def __init__(self, client: RuntimeClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class AnsweringClient(StandIn):
    """Posts what the gate answers, byte for byte, whatever marshaller the function has."""

    marshaller = RawMarshaller()


class FailingClient(AnsweringClient):
    """Posts an error of the gate with its own name, where the client has one for faults of its own."""

    def __init__(self, client: RuntimeClient, error: GateError) -> None:
        super().__init__(client)
        self._error = error

    def post_invocation_error(self, invoke_id: str, error_response_data: str, xray_fault: str, *more: Any, **named: Any) -> None:
        cause = {"message": str(self._error), "type": type(self._error).__name__, "stack": []}
        fault = json.dumps({"working_directory": "", "exceptions": [cause], "paths": []})
        self._client.post_invocation_error(invoke_id, error_response_data, fault, *more, **named)


class ReplayClient(StandIn):
    """Lets a started run write its outcome before it posts what the run says."""

    def __init__(self, client: RuntimeClient, replay: StartedRun) -> None:
        super().__init__(client)
        self._replay = replay

    def post_invocation_result(self, invoke_id: str, result_data: Any, content_type: str = JSON, *more: Any, **named: Any) -> None:
        self._post(self._replay.succeeded(result_data), invoke_id, more, named)

    def post_invocation_error(self, invoke_id: str, error_response_data: str, xray_fault: str, *more: Any, **named: Any) -> None:
        self._post(self._replay.failed(error_response_data), invoke_id, more, named)

    def _post(self, step: Step, invoke_id: str, more: tuple[Any, ...], named: dict[str, Any]) -> None:
        if isinstance(step, Reply):
            self._client.post_invocation_result(invoke_id, step.body, JSON, *more, **named)
        elif isinstance(step, Fail):
            self._client.post_invocation_error(invoke_id, error_body(step.error), "", *more, **named)


def error_body(error: GateError) -> str:
    """The body of an error, as the client posts it."""
    return json.dumps({"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []})
