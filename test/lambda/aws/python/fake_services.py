"""Loopback services for fault injection."""

import http.server
import json
import threading
import time

HANG = "hang"
DROP = "drop"


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


class Clock:
    """Epoch milliseconds that move when told."""

    def __init__(self, now: float = 1_800_000_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def wall_clock() -> float:
    return time.time() * 1000
