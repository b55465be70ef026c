"""Puts the gate in front of the handler: at the seam of the runtime's own client, after a look at whether it is the seam that is known."""

from __future__ import annotations

import functools

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.client.runtime_client import Handler, RuntimeClient
    from patient_lambda_gate.client.session import Session
    from patient_lambda_gate.quiet.gate import Gate

SEAM = "handle_event_request"
# The same in every awslambdaric from 2.0.0 to 4.2.2; newer ones added parameters after these.
PARAMETERS = (
    "lambda_runtime_client",
    "request_handler",
    "invoke_id",
    "event_body",
    "content_type",
    "client_context_json",
    "cognito_identity_json",
    "invoked_function_arn",
    "epoch_deadline_time_in_ms",
)
POSTS = {
    "post_invocation_result": ("self", "invoke_id", "result_data", "content_type"),
    "post_invocation_error": ("self", "invoke_id", "error_response_data", "xray_fault"),
}


def check_seams(bootstrap: object, version: str) -> tuple[str, ...]:
    """Names of the parameters that come after the known ones. Raises UnknownClient, naming the client's version."""
    seam = _parameters(getattr(bootstrap, SEAM, None))
    if seam[: len(PARAMETERS)] != PARAMETERS:
        raise _moved(version, f"{SEAM}{seam} instead of {PARAMETERS}")
    run = getattr(getattr(bootstrap, "run", None), "__code__", None)
    if run is None or SEAM not in run.co_names:
        raise _moved(version, f"bootstrap.run does not call {SEAM}")
    client = getattr(bootstrap, "LambdaRuntimeClient", None)
    later = set()
    for name, known in POSTS.items():
        found = _parameters(getattr(client, name, None))
        if found[: len(known)] != known:
            raise _moved(version, f"LambdaRuntimeClient.{name}{found} instead of {known}")
        later.add(found[len(known) :])
    if len(later) > 1:
        raise _moved(version, f"{' and '.join(POSTS)} do not end with the same parameters: {later}")
    return seam[len(PARAMETERS) :]


def attach(bootstrap: object, gate: Gate, more_names: tuple[str, ...], stub: Handler | None = None) -> None:
    """Replaces the seam. ``stub`` is in place of a handler that is not loaded yet.

    The warm path costs one clock read, two comparisons, a prefix test and a search in the event."""
    original = getattr(bootstrap, SEAM)

    @functools.cache
    def session() -> Session:
        from patient_lambda_gate.client.session import Session

        return Session(gate, original, lambda: getattr(bootstrap, SEAM), more_names, getattr(bootstrap, "FaultException", None))

    def handle_event_request(
        lambda_runtime_client: RuntimeClient,
        request_handler: Handler,
        invoke_id: str,
        event_body: bytes | str,
        content_type: Any,
        client_context_json: str | None,
        cognito_identity_json: str | None,
        invoked_function_arn: str,
        epoch_deadline_time_in_ms: Any,
        *more: Any,
        **named: Any,
    ) -> None:
        body = event_body if isinstance(event_body, bytes) else event_body.encode("utf-8")
        is_quiet = gate.is_quiet(body, client_context_json) or gate.is_quiet_after_read(body, client_context_json, epoch_deadline_time_in_ms)
        if is_quiet and request_handler is not stub:
            original(
                lambda_runtime_client,
                request_handler,
                invoke_id,
                event_body,
                content_type,
                client_context_json,
                cognito_identity_json,
                invoked_function_arn,
                epoch_deadline_time_in_ms,
                *more,
                **named,
            )
            return
        from patient_lambda_gate.quiet.invocation import RawInvocation
        from patient_lambda_gate.quiet.step import RunHandler

        raw = RawInvocation(
            lambda_runtime_client,
            request_handler,
            invoke_id,
            event_body,
            content_type,
            client_context_json,
            cognito_identity_json,
            invoked_function_arn,
            epoch_deadline_time_in_ms,
            more,
            named,
        )
        if is_quiet:
            session().run(RunHandler(raw))
        else:
            session().handle(raw)

    setattr(bootstrap, SEAM, handle_event_request)


def _parameters(function: object) -> tuple[str, ...]:
    code = getattr(function, "__code__", None)
    names: tuple[str, ...] = () if code is None else code.co_varnames[: code.co_argcount]
    return names


def _moved(version: str, what: str) -> Exception:
    from patient_lambda_gate.client.unknown_client import unknown_client

    return unknown_client(f"awslambdaric {version} has a seam of unknown shape ({what}), so no invocation could be held")
