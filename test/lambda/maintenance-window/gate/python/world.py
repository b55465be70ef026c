"""A client's seam with a gate in front of it, and a handler behind it."""

import json

import fake_client
from fake_services import Clock, failing
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.client.attach import attach, check_seams
from patient_lambda_gate.client.services import Services
from patient_lambda_gate.quiet.gate import Gate
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.window_cache import WindowCache
from test_replay import REPLAY
from test_window_cache import Reader, reading

NOW = 1_800_000_000_000
S3 = b'{"Records":[{"eventSource":"aws:s3","s3":{"object":{"sequencer":"1"}}}]}'
UNKNOWN = b'{"a": 1.10}'
HTTP = b'{"version":"2.0","requestContext":{"http":{"method":"GET"}}}'
HOP = b'{"$longRunningOperation":{"hop":2}}'
POINTER = json.dumps({REPLAY["pointer"]["key"]: {"requestId": "r-1", "token": "t"}}, separators=(",", ":")).encode()


ON = reading("on # db")
OFF = reading("auto")
GUARDED = reading("auto", modified=NOW - 60_000)
DENIED = failing(400, "AccessDeniedException")


class World:
    """A client with a gate in front of it; ``seen`` is what the handler got."""

    def __init__(self, environment, dynamo, reporter, answers, variables) -> None:
        settings = Settings({**environment, **variables})
        self.clock, self.seen, self.client, self.dynamo, self.reporter = Clock(NOW), [], fake_client.LambdaRuntimeClient(), dynamo, reporter
        self.reader = Reader(*answers)
        everything = {**environment, "AWS_ENDPOINT_URL": dynamo.server.url, **variables}
        self.bootstrap = fake_client.module()
        cache = WindowCache(settings, lambda: self.reader, reporter, self.clock, lambda low, high: high)
        services = lambda: Services(AwsClient(everything, self.clock), settings, reporter, everything, self.clock)  # noqa: E731
        self.gate = Gate(settings, cache, reporter, self.clock, services, check_seams(self.bootstrap, "test"))
        attach(self.bootstrap, self.gate, lambda: self.clock() / 1000)
        self.result = lambda event, context: {"ok": 1}

    def handler(self, event, context):
        self.seen.append((event, context))
        return self.result(event, context)

    def invoke(self, body, request_id="r-9", context=None, handler=None):
        self.bootstrap.handle_event_request(
            self.client,
            handler or self.handler,
            request_id,
            body,
            "application/json",
            context,
            None,
            "arn:f:live",
            self.clock() + 20_000,
            "tenant",
            None,
            "inv-1",
        )
        kind, posted_id, content, invocation_id = self.client.posted.pop()
        assert (posted_id, invocation_id, self.client.posted) == (request_id, "inv-1", [])
        return kind, json.loads(content) if kind == "result" else content

    def error(self, *arguments, **more) -> str:
        kind, content = self.invoke(*arguments, **more)
        assert kind == "error"
        return content["errorType"]
