"""Loopback services for fault injection. What DynamoDB really does is shown by test/clients, against DynamoDB Local."""

import http.server
import json
import re
import threading
import time

HANG = "hang"
DROP = "drop"
LOSE_ANSWER = "lose the answer"


class JsonServer:
    """Calls ``answer(operation, payload, headers)`` for each POST: (status, body), HANG or DROP. Counts connections."""

    def __init__(self, answer) -> None:
        self.requests = []
        self.connections = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one segment for each response: without, each waits for the acknowledgement of its head

            def setup(self):
                outer.connections += 1
                super().setup()

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                operation = (self.headers.get("x-amz-target") or "").rpartition(".")[2] or self.command
                outer.requests.append((operation, body, self.headers, self.path))
                answered = answer(operation, body, self.headers)
                if answered == HANG:
                    outer.released.wait(10)
                    self.close_connection = True
                    return
                if answered == DROP:
                    self.close_connection = True
                    return
                status, content, *more = answered
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-length", str(more[0] if more else len(data)))
                self.end_headers()
                self.wfile.write(data)
                if more:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *arguments):
                pass

        self.released = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def failing(status: int, code: str, **more) -> tuple:
    """An AWS error."""
    return status, {"__type": f"com.amazonaws#{code}", "message": "because", **more}


class FakeDynamo:
    """As much of DynamoDB as the gate uses. ``faults``: consumed one for each call, called with (operation, request); None lets the call through."""

    def __init__(self) -> None:
        self.items = {}
        self.faults = []
        self.always = None
        self.calls = []
        self._lock = threading.Lock()

    def answer(self, operation: str, body: bytes, headers):
        request = json.loads(body)
        with self._lock:
            self.calls.append((operation, request))
            fault = self.always or (self.faults.pop(0) if self.faults else None)
            outcome = fault(operation, request) if callable(fault) else fault
            if outcome not in (None, LOSE_ANSWER):
                return outcome
            answered = getattr(self, operation)(request)
            return DROP if outcome == LOSE_ANSWER else answered

    def row(self, key: str) -> dict:
        from patient_lambda_gate.held.items import decode_item

        return decode_item(self.items[key])

    def PutItem(self, request):
        key = request["Item"]["pk"]["S"]
        assert len(json.dumps(request["Item"])) < 600_000, "an item that DynamoDB would refuse"
        if "ConditionExpression" in request:
            assert request["ConditionExpression"] == "attribute_not_exists(pk)"
            if key in self.items:
                return self._conflict(key)
        self.items[key] = request["Item"]
        return 200, {}

    def GetItem(self, request):
        assert request["ConsistentRead"] is True
        item = self.items.get(request["Key"]["pk"]["S"])
        return 200, {"Item": item} if item else {}

    def BatchGetItem(self, request):
        ((table, wanted),) = request["RequestItems"].items()
        assert wanted["ConsistentRead"] is True
        keys = wanted["Keys"]
        now, later = keys[:2], keys[2:]  # DynamoDB may leave any number unprocessed
        found = [self.items[key["pk"]["S"]] for key in now if key["pk"]["S"] in self.items]
        rest = {table: {"Keys": later, "ConsistentRead": True}} if later else {}
        return 200, {"Responses": {table: found}, "UnprocessedKeys": rest}

    def UpdateItem(self, request):
        key = request["Key"]["pk"]["S"]
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        item = dict(self.items.get(key, {}))
        for name, value in re.findall(r"(#\w+) = (:v\d+)", request["ConditionExpression"]):
            if item.get(names[name]) != values[value]:
                return self._conflict(key)
        sets, _, removes = request["UpdateExpression"].removeprefix("SET ").partition(" REMOVE ")
        for part in re.split(r", (?=#\w+ = )", sets):
            name, expression = part.split(" = ", 1)
            item[names[name]] = self._evaluate(expression, item, names, values)
        for name in filter(None, removes.split(", ")):
            item.pop(names[name], None)
        self.items[key] = item
        return 200, {"Attributes": item}

    @staticmethod
    def _evaluate(expression: str, item: dict, names: dict, values: dict) -> dict:
        if match := re.fullmatch(r"(#\w+) \+ (:v\d+)", expression):
            return {"N": str(int(item[names[match[1]]]["N"]) + int(values[match[2]]["N"]))}
        if match := re.fullmatch(r"list_append\(if_not_exists\((#\w+), (:v\d+)\), (:v\d+)\)", expression):
            return {"L": item.get(names[match[1]], values[match[2]])["L"] + values[match[3]]["L"]}
        return values[expression]

    def _conflict(self, key: str):
        item = self.items.get(key)
        return failing(400, "ConditionalCheckFailedException", **({"Item": item} if item else {}))


class Recorder:
    """Stands in for the reporter."""

    def __init__(self) -> None:
        self.metrics = []
        self.lines = []

    def count(self, metric: str, value: int = 1) -> None:
        self.metrics.append(metric)

    def log(self, message: str) -> None:
        self.lines.append(message)


class Clock:
    """Epoch milliseconds that move when told."""

    def __init__(self, now: float = 1_800_000_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def wall_clock() -> float:
    return time.time() * 1000
