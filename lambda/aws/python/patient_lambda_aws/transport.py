"""Kept connections, each request under one deadline that covers name lookup, handshake and every read."""

from __future__ import annotations

from patient_lambda_python.taken import Clock
from patient_lambda_python.threads import Lock
from patient_lambda_python.urls import urlsplit

from patient_lambda_aws.http import HttpConnection, HttpError, Response
from patient_lambda_aws.sockets import TcpStream, monotonic
from patient_lambda_aws.tls import NotTrusted, Tls

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping

    from patient_lambda_python.urls import SplitResult

    # Scheme, host, port.
    Key = tuple[str, str | None, int | None]

# A frozen environment's connections are dead without a sign; connections idle for more milliseconds are not worth a try.
MOST_IDLE = 20_000


class TransportError(Exception):
    """No complete response arrived."""


class Transport:
    """Safe for use by several threads."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._tls = Tls(environment)
        self._lock = Lock()
        self._idle: dict[Key, list[tuple[HttpConnection, float]]] = {}

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes, budget: float, fresh: bool = False) -> Response:
        """Sends once. ``fresh`` uses no kept connection. Raises TransportError, at the latest after ``budget`` milliseconds."""
        until = monotonic() + budget
        host = ""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            try:
                return self._send(parts, method, headers, body, until, fresh)
            except NotTrusted:
                if not self._tls.trust_system():
                    raise
            return self._send(parts, method, headers, body, until, True)
        except (OSError, HttpError, ValueError) as error:
            raise TransportError(f"{host}: {error or type(error).__name__}") from error

    def _send(self, parts: SplitResult, method: str, headers: Mapping[str, str], body: bytes, until: float, fresh: bool) -> Response:
        key = (parts.scheme, parts.hostname, parts.port)
        connection = (None if fresh else self._take(key)) or self._connect(parts, until)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            fields = {"host": parts.netloc.rpartition("@")[2], "content-length": str(len(body)), **headers}
            response = connection.exchange(method, target, fields, body, until)
        except BaseException:
            connection.close()
            raise
        if response.is_last:
            connection.close()
        else:
            self._keep(key, connection)
        return response

    def _connect(self, parts: SplitResult, until: float) -> HttpConnection:
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise HttpError(f"'{parts.scheme}://{parts.netloc[:100]}' is not an http or https URL")
        stream = TcpStream(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), until)
        if parts.scheme == "http":
            return HttpConnection(stream)
        try:
            return HttpConnection(self._tls.wrap(stream, parts.hostname, until))
        except BaseException:
            stream.close()
            raise

    def _take(self, key: Key) -> HttpConnection | None:
        with self._lock:
            idle = self._idle.get(key, [])
            while idle:
                connection, since = idle.pop()
                if 0 <= _wall_clock() - since <= MOST_IDLE:
                    return connection
                connection.close()
        return None

    def _keep(self, key: Key, connection: HttpConnection) -> None:
        with self._lock:
            self._idle.setdefault(key, []).append((connection, _wall_clock()))


def _wall_clock() -> float:
    """Epoch milliseconds, for what a freeze must count in."""
    return Clock.wall() * 1000
