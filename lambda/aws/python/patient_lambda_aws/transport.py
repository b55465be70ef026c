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

    from patient_lambda_aws.proxy import Proxy
    from patient_lambda_aws.tls import TlsStream

    # Scheme, host, port, and what is between.
    Key = tuple[str, str | None, int | None, Proxy | None]

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

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, budget: float, fresh: bool = False, proxy: Proxy | None = None
    ) -> Response:
        """Sends once. ``fresh`` uses no kept connection. Raises TransportError, at the latest after ``budget`` milliseconds.

        What is on this machine, as the container's credentials, is asked without a proxy.
        """
        until = monotonic() + budget
        host = ""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            try:
                return self._send(parts, method, headers, body, until, fresh, proxy)
            except NotTrusted:
                if not self._tls.trust_system():
                    raise
            return self._send(parts, method, headers, body, until, True, proxy)
        except (OSError, HttpError, ValueError) as error:
            through = "" if proxy is None else f" through the proxy {proxy}"
            raise TransportError(f"{host}{through}: {error or type(error).__name__}") from error

    def _send(
        self, parts: SplitResult, method: str, headers: Mapping[str, str], body: bytes, until: float, fresh: bool, proxy: Proxy | None
    ) -> Response:
        key = (parts.scheme, parts.hostname, parts.port, proxy)
        connection = (None if fresh else self._take(key)) or self._connect(parts, until, proxy)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            place = parts.netloc.rpartition("@")[2]
            fields = {"host": place, "content-length": str(len(body)), **headers}
            if proxy is not None and parts.scheme == "http":  # which the proxy sends on; what is encrypted it can't read
                target = f"http://{place}{target}"
                fields.update(proxy.headers())
            response = connection.exchange(method, target, fields, body, until)
            if proxy is not None and response.status == 407:
                raise HttpError(proxy.refusal(407, place))
        except BaseException:
            connection.close()
            raise
        if response.is_last:
            connection.close()
        else:
            self._keep(key, connection)
        return response

    def _connect(self, parts: SplitResult, until: float, proxy: Proxy | None) -> HttpConnection:
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise HttpError(f"'{parts.scheme}://{parts.netloc[:100]}' is not an http or https URL")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        stream: TcpStream | TlsStream = TcpStream(parts.hostname, port, until) if proxy is None else proxy.connected(parts, self._tls, until)
        try:
            return HttpConnection(self._tls.wrap(stream, parts.hostname, until) if parts.scheme == "https" else stream)
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
