"""HTTP/1.1 as far as AWS's JSON services speak it: one request at a time, and its whole response within one deadline."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping

    from patient_lambda_aws.sockets import TcpStream
    from patient_lambda_aws.tls import TlsStream

MOST_HEAD = 65536  # bytes: of what is no head at all, no end would come


class HttpError(Exception):
    """What came is not a whole response."""


class Response:
    """What came back; names of headers in lower case. ``is_last``: the connection takes no further request."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes, is_last: bool) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.is_last = is_last


class HttpConnection:
    """One connection, over which requests are sent one after another."""

    def __init__(self, stream: TcpStream | TlsStream) -> None:
        self._stream = stream
        self._buffer = bytearray()

    def close(self) -> None:
        self._stream.close()

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes, until: float) -> Response:
        """Sends a request and reads its response. Raises HttpError, OSError."""
        version, status, answered = self.ask(method, target, headers, body, until)
        content, ended = self._body(status, answered, until)
        return Response(status, answered, content, ended or version == "HTTP/1.0" or answered.get("connection", "").lower() == "close")

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes, until: float) -> tuple[str, int, dict[str, str]]:
        """Sends a request and reads the head of its response: version, status and headers. Raises HttpError, OSError."""
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        if any("\r" in line or "\n" in line for line in lines):
            raise HttpError("a line break in a header")
        self._stream.send("\r\n".join(lines).encode("latin-1") + body, until)
        version, status, answered = self._head(until)
        while 100 <= status < 200:  # interim
            version, status, answered = self._head(until)
        return version, status, answered

    def has_more(self) -> bool:
        """Whether something came that nobody has read."""
        return len(self._buffer) > 0

    def _head(self, until: float) -> tuple[str, int, dict[str, str]]:
        first, *lines = self.through(b"\r\n\r\n", until).decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        status = rest[:3]
        if not version.startswith("HTTP/1.") or not status.isascii() or not status.isdigit() or len(status) < 3:
            raise HttpError(f"'{first[:80]}' does not begin a response")
        fields = (line.partition(":") for line in lines)
        return version, int(status), {name.strip().lower(): value.strip() for name, _, value in fields}

    def _body(self, status: int, headers: Mapping[str, str], until: float) -> tuple[bytes, bool]:
        """The body, and whether the end of the connection was the body's end."""
        length = headers.get("content-length", "")
        if status == 200 and length.isdigit() and length.isascii() and "transfer-encoding" not in headers:
            return self.exactly(int(length), until), False
        from patient_lambda_aws.bodies import body_of

        return body_of(self, status, headers, until)

    def through(self, end: bytes, until: float) -> bytes:
        """What comes before ``end``, which is taken too."""
        seen = 0
        while (found := self._buffer.find(end, seen)) < 0:
            if len(self._buffer) > MOST_HEAD:
                raise HttpError("a head without an end")
            seen = max(len(self._buffer) - len(end) + 1, 0)
            self._more(until)
        taken = bytes(self._buffer[:found])
        del self._buffer[: found + len(end)]
        return taken

    def exactly(self, size: int, until: float) -> bytes:
        """So many bytes."""
        while len(self._buffer) < size:
            self._more(until)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def rest(self, until: float) -> bytes:
        """What comes until the connection is closed."""
        while piece := self._stream.receive(until):
            self._buffer += piece
        return bytes(self._buffer)

    def _more(self, until: float) -> None:
        piece = self._stream.receive(until)
        if not piece:
            raise HttpError("the connection was closed before the response was whole")
        self._buffer += piece
