"""The response of an invocation as a stream, as the Runtime API gets it."""

import http.server
import threading

import pytest
from patient_lambda_gate.client.stand_ins import StreamingClient
from patient_lambda_gate.client.stream import post_stream

BODY = b'{"statusCode":503}\0\0\0\0\0\0\0\0{}'


@pytest.fixture
def runtime_api(monkeypatch):
    """Answers with ``status``; ``received`` are path, headers and body."""

    class Api(http.server.BaseHTTPRequestHandler):
        status = 202
        received = None

        def do_POST(self):
            size = int(self.rfile.readline(), 16)
            body = self.rfile.read(size)
            assert self.rfile.read(7) == b"\r\n0\r\n\r\n"
            Api.received = (self.path, dict(self.headers), body)
            self.send_response(Api.status)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"127.0.0.1:{server.server_port}")
    yield Api
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("more", "named", "invocation_id"),
    [((), {}, None), (("i-1",), {}, "i-1"), ((), {"invocation_id": "i-2"}, "i-2")],
    ids=["an older client", "by position", "by name"],
)
def test_is_posted_whole_with_the_invocation_id_of_clients_that_have_one(runtime_api, more, named, invocation_id):
    StreamingClient(object()).post_invocation_result("r/1", BODY, "application/json", *more, **named)
    path, headers, body = runtime_api.received
    assert (path, body) == ("/2018-06-01/runtime/invocation/r%2F1/response", BODY)
    assert headers["Content-Type"] == "application/vnd.awslambda.http-integration-response"
    assert headers["Lambda-Runtime-Function-Response-Mode"] == "streaming"
    assert (headers["Transfer-Encoding"], headers.get("Lambda-Runtime-Invocation-Id")) == ("chunked", invocation_id)


def test_that_nobody_waits_for_any_more_is_no_error(runtime_api):
    runtime_api.status = 410
    post_stream("r-1", BODY, None)


def test_that_is_not_taken_is_an_error(runtime_api):
    runtime_api.status = 403
    with pytest.raises(RuntimeError, match="the Runtime API answered 403 to the response of r-1"):
        post_stream("r-1", BODY, None)
