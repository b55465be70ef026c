"""What the wrapper starts instead of the runtime's bootstrap.py: attaches the gate to the runtime's own client, then executes that file.

It is executed in this module's namespace, which is ``__main__``: tracing tools look there for the client.
"""

import os
import sys
import types


def _refuse(message: str) -> None:
    """Ends the init phase with an error: nothing runs unprotected."""
    import http.client
    import json

    print(f"cdk-patient-lambda: GateNotAttached: {message}", file=sys.stderr, flush=True)
    error = json.dumps({"errorMessage": message, "errorType": "GateNotAttached", "stackTrace": []})
    headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": "GateNotAttached"}
    try:
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=5)
        connection.request("POST", "/2018-06-01/runtime/init/error", error, headers)
        connection.getresponse().read()
    except (OSError, KeyError, http.client.HTTPException) as failure:
        print(f"cdk-patient-lambda: the init error could not be posted: {failure}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def _attach() -> str:
    """Attaches the gate; the path of the runtime's bootstrap.py."""
    if len(sys.argv) < 2 or not os.path.isfile(sys.argv[1]):
        _refuse(f"the runtime was to be started with the arguments {sys.argv[1:]}, of which the first should be its bootstrap.py")
    del sys.argv[0]
    # As if the interpreter had been started with bootstrap.py; what is imported later is found through these packages
    import patient_lambda_aws  # noqa: F401
    import patient_lambda_contract  # noqa: F401
    from patient_lambda_gate.client.start import start
    from patient_lambda_gate.quiet.errors import GateNotAttached

    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    try:
        start()
    except GateNotAttached as error:
        _refuse(str(error))
    return sys.argv[0]


def _bootstrap_code(path: str) -> types.CodeType:
    with open(path, "rb") as file:
        return compile(file.read(), path, "exec")


if __name__ == "__main__":
    exec(_bootstrap_code(_attach()))
