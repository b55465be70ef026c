"""A client's seam with a gate in front of it, and a handler behind it."""

import json

import fake_client
from fake_services import Clock, failing
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.client import late_handler
from patient_lambda_gate.client.attach import attach, check_seams
from patient_lambda_gate.quiet.gate import Gate, GateParts
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.window_cache import WindowCache
from rows import NOW, REPLAY
from windows import Reader, reading

S3 = b'{"Records":[{"eventSource":"aws:s3","s3":{"object":{"sequencer":"1"}}}]}'
UNKNOWN = b'{"a": 1.10}'
HTTP = b'{"version":"2.0","requestContext":{"http":{"method":"GET"}}}'
HOP = b'{"$longRunningOperation":{"hop":2}}'
POINTER = json.dumps({REPLAY["pointer"]["key"]: {"requestId": "r-1", "token": "t"}}, separators=(",", ":")).encode()


ON = reading("on # db")
OFF = reading("auto")
GUARDED = reading("auto", modified=NOW - 60_000)
DENIED = failing(400, "AccessDeniedException")


class Recorder:
    """The reporter, for tests to read."""

    def __init__(self) -> None:
        self.metrics = []
        self.lines = []

    def count(self, metric: str) -> None:
        self.metrics.append(metric)

    def log(self, message: str) -> None:
        self.lines.append(message)


class World:
    """A client with a gate in front of it; ``seen`` is what the handler got."""

    def __init__(self, environment, dynamo, reporter, answers, variables) -> None:
        settings = Settings({**environment, **variables})
        self.clock, self.seen, self.client, self.dynamo, self.reporter = Clock(NOW), [], fake_client.LambdaRuntimeClient(), dynamo, reporter
        self.reader = Reader(*answers)
        everything = {**environment, "AWS_ENDPOINT_URL": dynamo.server.url, **variables}
        self.bootstrap = fake_client.module()
        cache = WindowCache(settings, self.reader, reporter, self.clock, lambda: 1.0)
        client = AwsClient(everything, self.clock)
        self.gate = Gate(GateParts(settings, everything, cache, reporter, self.clock, client))
        attach(self.bootstrap, self.gate, check_seams(self.bootstrap, "test"), late_handler.handler)
        self.result = lambda event, context: {"ok": 1}

    def handler(self, event, context):
        self.seen.append((event, context))
        return self.result(event, context)

    def invoke(self, body, request_id="r-9", context=None, handler=None, identity=None, tenant="tenant"):
        self.bootstrap.handle_event_request(
            self.client,
            handler or self.handler,
            request_id,
            body,
            "application/json",
            context,
            identity,
            "arn:f:live",
            self.clock() + 20_000,
            tenant,
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
