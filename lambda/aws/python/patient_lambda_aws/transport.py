"""HTTP over kept connections, each request under one deadline that covers name lookup, handshake and every read."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

from patient_lambda_aws.tls import Tls

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    # Scheme, host, port.
    Key = tuple[str, str | None, int | None]

# A frozen environment's connections are dead without a sign; connections idle for more milliseconds are not worth a try.
MOST_IDLE = 20_000


class TransportError(Exception):
    """No complete response arrived."""


class Response:
    """What came back."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Transport:
    """Safe for use by several threads."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._tls = Tls(environment)
        self._lock = threading.Lock()
        self._idle: dict[Key, list[tuple[http.client.HTTPConnection, float]]] = {}

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes, budget: float, fresh: bool = False) -> Response:
        """Sends once. ``fresh`` uses no kept connection. Raises TransportError, at the latest after ``budget`` milliseconds (name lookup aside)."""
        until = _monotonic() + budget
        parts = urlsplit(url)
        try:
            return self._send(parts, method, headers, body, until, fresh)
        except ssl.SSLCertVerificationError as error:
            if not self._tls.trust_system():
                raise TransportError(f"{parts.hostname}: {error}") from error
        except (OSError, http.client.HTTPException) as error:
            raise TransportError(f"{parts.hostname}: {error or type(error).__name__}") from error
        try:
            return self._send(parts, method, headers, body, until, True)
        except (OSError, http.client.HTTPException) as error:
            raise TransportError(f"{parts.hostname}: {error or type(error).__name__}") from error

    def _send(self, parts: SplitResult, method: str, headers: Mapping[str, str], body: bytes, until: float, fresh: bool) -> Response:
        key = (parts.scheme, parts.hostname, parts.port)
        connection = (None if fresh else self._take(key)) or self._connect(parts, until)
        try:
            connection.sock.settimeout(_left(until) / 1000)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"host": parts.netloc.rpartition("@")[2], "content-length": str(len(body)), **headers}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            content = self._read(response, connection, until)
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._keep(key, connection)
        return Response(response.status, response.headers, content)

    @staticmethod
    def _read(response: http.client.HTTPResponse, connection: http.client.HTTPConnection, until: float) -> bytes:
        pieces = []
        while True:
            if connection.sock is not None:  # http.client lets go of it when the response ends the connection
                connection.sock.settimeout(_left(until) / 1000)
            piece = response.read1(65536)
            if not piece:
                break
            pieces.append(piece)
        if response.length:  # read1 ends in silence where read would raise
            raise http.client.IncompleteRead(b"".join(pieces), response.length)
        response.close()  # else the connection takes no further request
        return b"".join(pieces)

    def _connect(self, parts: SplitResult, until: float) -> http.client.HTTPConnection:
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise http.client.HTTPException(f"'{parts.geturl()[:120]}' is not an http or https URL")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = http.client.HTTPConnection(parts.hostname, port)
        sock = _open_socket(parts.hostname, port, until)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(_left(until) / 1000)
            connection.sock = self._tls.wrap(sock, parts.hostname) if parts.scheme == "https" else sock
        except BaseException:
            sock.close()
            raise
        return connection

    def _take(self, key: Key) -> http.client.HTTPConnection | None:
        with self._lock:
            idle = self._idle.get(key, [])
            while idle:
                connection, since = idle.pop()
                if 0 <= _wall_clock() - since <= MOST_IDLE:
                    return connection
                connection.close()
        return None

    def _keep(self, key: Key, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._idle.setdefault(key, []).append((connection, _wall_clock()))


def _monotonic() -> float:
    """Milliseconds, for deadlines."""
    return time.monotonic() * 1000


def _wall_clock() -> float:
    """Epoch milliseconds, for what a freeze must count in."""
    return time.time() * 1000


def _left(until: float) -> float:
    left = until - _monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _open_socket(host: str, port: int, until: float) -> socket.socket:
    addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    failure: OSError = OSError("no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(until) / 1000 / (len(addresses) - index))
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise failure
