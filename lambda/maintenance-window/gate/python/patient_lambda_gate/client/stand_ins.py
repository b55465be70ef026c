"""Stand in for the client's own connection to the Runtime API, one invocation long."""

from __future__ import annotations

from patient_lambda_python import json

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.client.runtime_client import RuntimeClient
    from patient_lambda_gate.quiet.errors import GateError
    from patient_lambda_gate.quiet.step import StartedRun, Step

JSON = "application/json"
INVOCATION_ID = "invocation_id"  # the first parameter that newer clients added to what they post with


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


class StreamingClient(AnsweringClient):
    """Posts a whole stream, its metadata included, which the client itself cannot."""

    def __init__(self, client: RuntimeClient, runtime_api: str) -> None:
        super().__init__(client)
        self._runtime_api = runtime_api

    def post_invocation_result(self, invoke_id: str, result_data: Any, content_type: str = JSON, *more: Any, **named: Any) -> None:
        from patient_lambda_gate.client.stream import post_stream

        post_stream(self._runtime_api, invoke_id, result_data, named.get(INVOCATION_ID, more[0] if more else None))


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
        step = self._replay.succeeded(result_data)
        is_own = step.do == "reply" and step.body is result_data
        self._post(step, invoke_id, content_type if is_own else JSON, more, named)

    def post_invocation_error(self, invoke_id: str, error_response_data: str, xray_fault: str, *more: Any, **named: Any) -> None:
        self._post(self._replay.failed(error_response_data), invoke_id, JSON, more, named)

    def _post(self, step: Step, invoke_id: str, content_type: str, more: tuple[Any, ...], named: dict[str, Any]) -> None:
        if step.do == "reply":
            self._client.post_invocation_result(invoke_id, step.body, content_type, *more, **named)
        elif step.do == "fail":
            self._client.post_invocation_error(invoke_id, error_body(step.error), "", *more, **named)


def error_body(error: GateError) -> str:
    """The body of an error, as the client posts it."""
    return json.dumps({"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []})
