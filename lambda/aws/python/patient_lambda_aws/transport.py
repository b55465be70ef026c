"""HTTP over kept connections, each request under one deadline that covers name lookup, handshake and every read."""

import http.client
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

from patient_lambda_aws.tls import Tls

# A frozen environment's connections are dead without a sign; older ones are not worth a try.
MOST_IDLE_SECONDS = 20


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

    def __init__(self, environment: dict) -> None:
        self._tls = Tls(environment)
        self._lock = threading.Lock()
        self._idle = {}

    def request(self, method: str, url: str, headers: dict, body: bytes, seconds: float, fresh: bool = False) -> Response:
        """Sends once. ``fresh`` uses no kept connection. Raises TransportError, at the latest when ``seconds`` are over (name lookup aside)."""
        until = time.monotonic() + seconds
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

    def _send(self, parts, method: str, headers: dict, body: bytes, until: float, fresh: bool) -> Response:
        key = (parts.scheme, parts.hostname, parts.port)
        connection = (None if fresh else self._take(key)) or self._connect(parts, until)
        try:
            connection.sock.settimeout(_left(until))
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
    def _read(response, connection, until: float) -> bytes:
        pieces = []
        while True:
            if connection.sock is not None:  # http.client lets go of it when the response ends the connection
                connection.sock.settimeout(_left(until))
            piece = response.read1(65536)
            if not piece:
                break
            pieces.append(piece)
        if response.length:  # read1 ends in silence where read would raise
            raise http.client.IncompleteRead(b"".join(pieces), response.length)
        response.close()  # else the connection takes no further request
        return b"".join(pieces)

    def _connect(self, parts, until: float) -> http.client.HTTPConnection:
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise http.client.HTTPException(f"'{parts.geturl()[:120]}' is no http or https URL")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = http.client.HTTPConnection(parts.hostname, port)
        sock = _open_socket(parts.hostname, port, until)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(_left(until))
            connection.sock = self._tls.wrap(sock, parts.hostname) if parts.scheme == "https" else sock
        except BaseException:
            sock.close()
            raise
        return connection

    def _take(self, key: tuple) -> "http.client.HTTPConnection | None":
        with self._lock:
            idle = self._idle.get(key, [])
            while idle:
                connection, since = idle.pop()
                if 0 <= time.time() - since <= MOST_IDLE_SECONDS:
                    return connection
                connection.close()
        return None

    def _keep(self, key: tuple, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._idle.setdefault(key, []).append((connection, time.time()))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _open_socket(host: str, port: int, until: float) -> socket.socket:
    addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    failure: OSError = OSError("no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(until) / (len(addresses) - index))
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise failure
