"""What the gate uses of the runtime's client, awslambdaric, which has no types. For type checks alone: nothing imports it when it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

Handler = Callable[[Any, Any], Any]
# handle_event_request: the known arguments, and those that newer clients added.
Seam = Callable[..., None]


class Marshaller(Protocol):
    """Reads events and writes results."""

    def unmarshal_request(self, request: Any, content_type: str = ...) -> Any: ...

    def marshal_response(self, response: Any) -> tuple[Any, str]: ...


class RuntimeClient(Protocol):
    """The connection to the Runtime API."""

    def post_invocation_result(self, invoke_id: str, result_data: Any, content_type: str = ..., *more: Any, **named: Any) -> None: ...

    def post_invocation_error(self, invoke_id: str, error_response_data: str, xray_fault: str, *more: Any, **named: Any) -> None: ...
