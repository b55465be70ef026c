"""A function whose handler takes every module out again that was loaded after its own, as runners of plug-ins do; run by test_unloaded_modules."""

import sys

import fake_client
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.client.attach import attach, check_seams
from patient_lambda_gate.quiet.gate import Gate, GateParts
from patient_lambda_gate.quiet.reading import Reading
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.window_cache import WindowCache
from patient_lambda_gate.window.value import parse_operator

MINUTE, HOUR = 60_000, 3_600_000
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1",
    "PATIENT_LAMBDA_OPERATOR_PARAMETER": "/w/operator",
    "PATIENT_LAMBDA_TABLE": "events",
    "PATIENT_LAMBDA_FUNCTION_KEY": "fn",
}
REQUEST = b'{"version":"2.0","requestContext":{"http":{"method":"GET"}}}'  # rejected in a window, so that no store is needed
THERE = set(sys.modules)


def main() -> None:
    now, version, value, outcome = 1_799_546_400_000, 0, "", ""

    def handler(event, context):
        nonlocal outcome
        outcome = "ran"
        for name in set(sys.modules) - THERE:
            del sys.modules[name]

    settings, reporter = Settings(ENVIRONMENT), Reporter("fn", False)
    cache = WindowCache(settings, lambda budget: [Reading(parse_operator(value), version, now - 10 * HOUR, None)], reporter, lambda: now)
    bootstrap = fake_client.module()
    parts = GateParts(settings, ENVIRONMENT, cache, reporter, lambda: now, AwsClient(ENVIRONMENT, lambda: now))
    attach(bootstrap, Gate(parts), check_seams(bootstrap, "test"))
    for value in ("auto", "on", "off", "on", "on"):
        now, version, outcome = now + MINUTE, version + 1, "held"
        bootstrap.handle_event_request(
            fake_client.LambdaRuntimeClient(),
            handler,
            "r",
            REQUEST,
            "application/json",
            None,
            None,
            "arn:aws:lambda:eu-west-1:0:function:f",
            now + MINUTE,
            None,
            None,
            "i",
        )
        print(f"{value} {outcome}")
