# Starts the client in the gate's way, after the part that is measured.
import os
import sys

del sys.argv[0]
part = os.environ["PART"]
if part == "floor":
    import request  # noqa: F401
elif part == "loading":
    sys.path[0] = "/opt/cdk-patient-lambda/python"
    import patient_lambda_gate.client.start
    import patient_lambda_gate.quiet.errors  # noqa: F401
sys.path[0] = "/var/runtime"
with open(sys.argv[0], "rb") as file:
    bootstrap = compile(file.read(), sys.argv[0], "exec")
exec(bootstrap)
