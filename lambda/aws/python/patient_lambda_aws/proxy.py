"""Which proxy a call goes through: by the rules of boto3, in both languages. See the vectors in lambda/contract/aws.

Loaded only where a variable names a proxy.
"""

from __future__ import annotations

from patient_lambda_python.taken import Packing
from patient_lambda_python.urls import urlsplit

from patient_lambda_aws.http import HttpConnection, HttpError
from patient_lambda_aws.sockets import TcpStream

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping

    from patient_lambda_python.urls import SplitResult

    from patient_lambda_aws.tls import Tls, TlsStream

DEFAULT_PORTS = {"http": 80, "https": 443}
DIGITS = frozenset(b"0123456789abcdefABCDEF")


class ProxyError(ValueError):
    """A variable names no proxy that can be used. Never has its value, which may hold a password."""


class Proxy:
    """``variable`` is the environment variable that names it, ``authorization`` the value of the header Proxy-Authorization."""

    def __init__(self, variable: str, scheme: str, hostname: str, port: int, authorization: str | None) -> None:
        self.variable = variable
        self.scheme = scheme
        self.hostname = hostname
        self.port = port
        self.authorization = authorization

    def __str__(self) -> str:
        return f"{place_of(self.hostname, self.port)} of {self.variable}"

    def headers(self) -> dict[str, str]:
        return {} if self.authorization is None else {"proxy-authorization": self.authorization}

    def connected(self, parts: SplitResult, tls: Tls, until: float) -> TcpStream | TlsStream:
        """A connection to the proxy, and through it to the host of an https URL. Raises HttpError, OSError."""
        stream: TcpStream | TlsStream = TcpStream(self.hostname, self.port, until)
        try:
            if self.scheme == "https":
                stream = tls.wrap(stream, self.hostname, until)
            if parts.scheme == "https":
                self.tunnel(stream, parts, until)
            return stream
        except BaseException:
            stream.close()
            raise

    def tunnel(self, stream: TcpStream | TlsStream, parts: SplitResult, until: float) -> None:
        """Asks for a tunnel to a URL's host, which the stream is from then on. Raises HttpError, OSError."""
        place = place_of(parts.hostname or "", _port(parts))
        connection = HttpConnection(stream)
        _, status, _ = connection.ask("CONNECT", place, {"host": place, **self.headers()}, b"", until)
        if not 200 <= status < 300:
            raise HttpError(self.refusal(status, place))
        if connection.has_more():  # the other end of TLS never speaks first
            raise HttpError(f"the proxy sent a body of its own after CONNECT {place}")

    def refusal(self, status: int, place: str) -> str:
        """Why a proxy that answers with this status is of no use."""
        if status != 407:
            way_out = "allow it there, or name the host in NO_PROXY where the function reaches it without"
            return f"the proxy answered {status} to CONNECT {place}: {way_out}"
        if self.authorization is not None:
            return f"the proxy answered 407: it does not take the user name and password in {self.variable} by Basic authentication"
        return f"the proxy answered 407: it asks for a user name and password, as in {self.variable}=http://user:password@host:port"


class Proxies:
    """The proxies that the environment names. One object for each, which connections are kept by."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._known: dict[str, Proxy] = {}

    def of(self, url: str) -> Proxy | None:
        """What a request goes through. Raises ProxyError."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None  # whoever sends to it says what is wrong
        variable, value = self._read(parts.scheme + "_proxy")
        if not value or _bypasses(parts, self._read("no_proxy")[1]):
            return None
        return self._known.setdefault(variable, self._known.get(variable) or _parsed(variable, value))

    def _read(self, name: str) -> tuple[str, str]:
        """The name in lower case comes first, also when it is empty: that is how a user takes the other one back."""
        variable = name if name in self._environment else name.upper()
        return variable, self._environment.get(variable, "")


def place_of(hostname: str, port: int) -> str:
    """The place that CONNECT names."""
    return f"[{hostname}]:{port}" if ":" in hostname else f"{hostname}:{port}"


def _port(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]


def _bypasses(parts: SplitResult, names: str) -> bool:
    if not names or names == "*":
        return names == "*"
    place = place_of(parts.hostname or "", _port(parts))
    places = (place.rpartition(":")[0], place)
    wanted = (name.strip().lstrip(".").lower() for name in names.split(","))
    return any(place == name or place.endswith("." + name) for name in wanted if name for place in places)


def _parsed(variable: str, value: str) -> Proxy:
    text = value.strip()
    try:
        text = text if "://" in text else "http://" + text.removeprefix("//")
        parts = urlsplit(text)
        hostname = None if "@" in text.partition("://")[2][len(parts.netloc) :] else parts.hostname  # a password with a slash
    except ValueError:
        hostname = None
    if hostname is None:
        # outside the handler of an error that may have the value
        raise ProxyError(f"{variable} is not the URL of a proxy, as http://user:password@host:port with what is not a letter or digit as %XX")
    if parts.scheme not in DEFAULT_PORTS:
        raise ProxyError(f"{variable} names a proxy of the scheme '{parts.scheme}', where http and https are known")
    name, _, password = parts.netloc.rpartition("@")[0].partition(":")
    authorization = "Basic " + Packing.base64(_plain(name) + b":" + _plain(password)) if name or password else None
    return Proxy(variable, parts.scheme, hostname, _port(parts), authorization)


def _plain(encoded: str) -> bytes:
    """The bytes that were percent-encoded."""
    first, *rest = encoded.encode().split(b"%")
    return first + b"".join(
        bytes.fromhex(piece[:2].decode()) + piece[2:] if len(piece) > 1 and set(piece[:2]) <= DIGITS else b"%" + piece for piece in rest
    )
