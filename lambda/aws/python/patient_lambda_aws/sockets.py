"""TCP with one deadline for name lookup, connecting and every read and write. ``until`` is in milliseconds of ``monotonic``."""

from __future__ import annotations

from _socket import IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY, getaddrinfo, socket

from patient_lambda_python.taken import Clock
from patient_lambda_python.threads import Background


class TcpStream:
    """One connection."""

    def __init__(self, host: str, port: int, until: float) -> None:
        self._socket = _connected(_addresses(host, port, until), until)
        self._socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def send(self, content: bytes, until: float) -> None:
        self._socket.settimeout(left(until) / 1000)
        self._socket.sendall(content)

    def receive(self, until: float) -> bytes:
        """Some bytes; none when the other end has closed."""
        self._socket.settimeout(left(until) / 1000)
        return self._socket.recv(65536)

    def close(self) -> None:
        self._socket.close()


def monotonic() -> float:
    """Milliseconds, for deadlines."""
    return Clock.monotonic() * 1000


def left(until: float) -> float:
    """Milliseconds that are left, more than none. Raises TimeoutError."""
    rest = until - monotonic()
    if rest <= 0:
        raise TimeoutError("timed out")
    return rest


def _addresses(host: str, port: int, until: float) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
    # As bytes: text is put through a codec for international names, with its modules
    lookup = Background(lambda: getaddrinfo(host.encode("ascii"), port, 0, SOCK_STREAM))
    if not lookup.wait(left(until)):
        raise TimeoutError("timed out while its name was looked up")
    found: list[tuple[int, int, int, str, tuple[object, ...]]] = lookup.result()
    return found


def _connected(addresses: list[tuple[int, int, int, str, tuple[object, ...]]], until: float) -> socket:
    failure: OSError = OSError("no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        connecting = socket(family, kind, protocol)
        try:
            connecting.settimeout(left(until) / 1000 / (len(addresses) - index))
            connecting.connect(address)
            return connecting
        except OSError as error:
            connecting.close()
            failure = error
    raise failure
