"""Puts the gate in front of the handler: at the seam of the runtime's own client, after a look at whether it is the seam that is known."""

import time

from patient_lambda_gate.quiet.errors import GateNotAttached
from patient_lambda_gate.quiet.invocation import Invocation
from patient_lambda_gate.quiet.pointer import PREFIX

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


def check_seams(bootstrap, version: str) -> tuple:
    """Names of the parameters that come after the known ones. Raises GateNotAttached, naming the client's version."""
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


def attach(bootstrap, gate, clock=time.time) -> None:
    """Replaces the seam. The warm path costs one clock read, two comparisons and a prefix test. ``clock`` in seconds."""
    original = getattr(bootstrap, SEAM)
    cache = gate.cache

    def handle_event_request(
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
    ):
        invocation = Invocation(
            original,
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
        if cache.quiet_from <= clock() * 1000 < cache.quiet_until and not client_context_json and not invocation.body.startswith(PREFIX):
            invocation.run()
        else:
            gate.handle(invocation)

    setattr(bootstrap, SEAM, handle_event_request)


def _parameters(function: object) -> tuple:
    code = getattr(function, "__code__", None)
    return () if code is None else code.co_varnames[: code.co_argcount]


def _moved(version: str, what: str) -> GateNotAttached:
    return GateNotAttached(
        f"awslambdaric {version} has a seam of unknown shape ({what}), so no invocation could be held; "
        "upgrade cdk-patient-lambda or pin the runtime's version"
    )
