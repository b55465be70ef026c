"""The seam of AWS's client, as far as the gate touches it. What the real ones do is shown by test/clients/python."""

import json


class Marshaller:
    def unmarshal_request(self, request, content_type="application/json"):
        return json.loads(request)

    def marshal_response(self, response):
        return (response, "application/unknown") if isinstance(response, bytes) else (json.dumps(response), "application/json")


class LambdaRuntimeClient:
    marshaller = Marshaller()

    def __init__(self) -> None:
        self.posted = []
        self.content_type = None  # of the last result

    def post_invocation_result(self, invoke_id, result_data, content_type="application/json", invocation_id=None):
        self.content_type = content_type
        data = result_data if isinstance(result_data, bytes) else result_data.encode()
        self.posted.append(("result", invoke_id, data, invocation_id))

    def post_invocation_error(self, invoke_id, error_response_data, xray_fault, invocation_id=None):
        self.posted.append(("error", invoke_id, json.loads(error_response_data), invocation_id))


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
    tenant_id,
    log_sink,
    invocation_id=None,
):
    try:
        event = lambda_runtime_client.marshaller.unmarshal_request(event_body, content_type)
        response = request_handler(event, {"client": client_context_json, "identity": cognito_identity_json, "tenant": tenant_id})
        result, result_type = lambda_runtime_client.marshaller.marshal_response(response)
    except Exception as error:
        details = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
        lambda_runtime_client.post_invocation_error(invoke_id, details, "{}", invocation_id)
    else:
        lambda_runtime_client.post_invocation_result(invoke_id, result, result_type, invocation_id)


def run(handler, lambda_runtime_client):
    handle_event_request(lambda_runtime_client, handler)


def _get_handler(name):
    raise AssertionError("the user's handler is not to be loaded")


def module():
    """A client of its own for each test."""
    import types

    made = types.ModuleType("bootstrap")
    made.handle_event_request = handle_event_request
    made.run = run
    made._get_handler = _get_handler
    made.LambdaRuntimeClient = LambdaRuntimeClient
    return made
