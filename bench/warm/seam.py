"""What the Python gate adds to an invocation that nothing keeps from its handler, and to the memory of an idle environment; a line of JSON.

Arguments: the layer's folder for Python, and the folder of AWS's client, whose seam is measured with nothing behind it.
"""

import json
import resource
import sys
import time
import tracemalloc

LAYER, CLIENT = sys.argv[1:3]
CALLS, ROUNDS = 200_000, 5

sys.dont_write_bytecode = True
sys.path[:0] = [LAYER, CLIENT]

from awslambdaric import bootstrap  # noqa: E402


def resident():
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


WITHOUT = resident()

from patient_lambda_gate.client.attach import attach, check_seams  # noqa: E402
from patient_lambda_gate.client.start import AwsClient, Gate, GateParts, Reporter, Settings, WindowCache, now_ms  # noqa: E402
from patient_lambda_gate.quiet.reading import Reading  # noqa: E402
from patient_lambda_gate.window.value import parse_operator  # noqa: E402

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "PATIENT_LAMBDA_OPERATOR_PARAMETER": "/cdk-patient-lambda/windows/bench/window/operator",
    "PATIENT_LAMBDA_TABLE": "events",
    "PATIENT_LAMBDA_FUNCTION_KEY": "fn",
    "PATIENT_LAMBDA_CACHE_TTL": "3600",
}
INVOCATION = (None, print, "request", b'{"order": 1}' * 100, "application/json", None, None, "arn", 4_102_444_800_000, None, None, "invocation")


def nothing(*given, **named):
    pass


def started():
    """A gate whose window is off."""
    settings = Settings(ENVIRONMENT)
    reporter = Reporter(settings.function_key, settings.json_logs)
    cache = WindowCache(settings, lambda budget: [Reading(parse_operator("auto"), 1, 0, None)], reporter, now_ms)
    gate = Gate(GateParts(settings, ENVIRONMENT, cache, reporter, now_ms, AwsClient(ENVIRONMENT, now_ms)))
    gate.start()
    assert not gate.holds_at_boot()
    return gate


def microseconds(call):
    """Of one call, in the fastest round."""
    took = []
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        for _ in range(CALLS):
            call(*INVOCATION)
        took.append((time.process_time_ns() - begun) / 1000 / CALLS)
    return min(took)


def most_bytes(call):
    """What one call has allocated at most while it runs."""
    call(*INVOCATION)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    call(*INVOCATION)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - before


def main():
    more_names = check_seams(bootstrap, "measured")
    bootstrap.handle_event_request = nothing
    attach(bootstrap, started(), more_names)
    guarded = bootstrap.handle_event_request
    with_gate = resident()
    blocks = sys.getallocatedblocks()
    figures = {"microseconds": round(microseconds(guarded) - microseconds(nothing), 3)}
    figures["retained"] = round((sys.getallocatedblocks() - blocks) / CALLS / ROUNDS, 2)  # blocks of each call
    figures["bytes"] = most_bytes(guarded) - most_bytes(nothing)
    figures["resident"] = with_gate - WITHOUT
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
