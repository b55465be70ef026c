"""TLS with Amazon's own roots first: reading a system's whole bundle costs about 45 ms of a cold start.

By the C module alone: the classes of ``ssl`` look each other up when they are called, and find what user code has put in their place.
"""

from __future__ import annotations

import os
from _ssl import PROTOCOL_TLS_CLIENT, MemoryBIO, PROTO_TLSv1_2, SSLCertVerificationError, SSLWantReadError, SSLZeroReturnError, _SSLContext

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from patient_lambda_aws.sockets import TcpStream

ROOTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "amazon-roots.pem")
NotTrusted = SSLCertVerificationError


class TlsStream:
    """A connection's two ends, encrypted. As a TcpStream, each step ends with ``until``."""

    def __init__(self, stream: TcpStream | TlsStream, context: Any, host: str, until: float) -> None:
        self._stream = stream
        self._incoming, self._outgoing = MemoryBIO(), MemoryBIO()
        self._tls = context._wrap_bio(self._incoming, self._outgoing, False, host)
        self._step(self._tls.do_handshake, until)

    def send(self, content: bytes, until: float) -> None:
        rest = memoryview(content)
        while rest:
            rest = rest[self._step(self._tls.write, until, rest) :]

    def receive(self, until: float) -> bytes:
        """Some bytes; none when the other end has closed."""
        try:
            received: bytes = self._step(self._tls.read, until, 65536)
            return received
        except SSLZeroReturnError:
            return b""

    def close(self) -> None:
        self._stream.close()

    def _step(self, step: Callable[..., Any], until: float, *given: object) -> Any:
        """Takes one step, and carries to and fro what it takes."""
        while True:
            try:
                result = step(*given)
            except SSLWantReadError:
                self._flush(until)
                received = self._stream.receive(until)
                if received:
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()
            else:
                self._flush(until)
                return result

    def _flush(self, until: float) -> None:
        if self._outgoing.pending:
            self._stream.send(self._outgoing.read(), until)


class Tls:
    """Encrypts. Remembers when Amazon's roots were not enough (a proxy, another partition), and uses the system's bundle from then on."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._bundle = environment.get("AWS_CA_BUNDLE") or None
        self._context: _SSLContext | None = None
        self._is_system = False

    def wrap(self, stream: TcpStream | TlsStream, host: str, until: float) -> TlsStream:
        """Raises NotTrusted; the next connection then trusts the system's bundle, see ``trust_system``."""
        if self._context is None:
            self._context = _context()
            self._context.load_verify_locations(cafile=self._bundle or ROOTS)
        return TlsStream(stream, self._context, host, until)

    def trust_system(self) -> bool:
        """Switches to the system's bundle. False when that is in use already, so that the failure is real."""
        if self._is_system or self._bundle:
            return False
        self._context = _context()
        self._context.set_default_verify_paths()
        self._is_system = True
        return True


def _context() -> _SSLContext:
    """Verifies certificates and names, as its protocol says."""
    context = _SSLContext(PROTOCOL_TLS_CLIENT)
    context.minimum_version = PROTO_TLSv1_2
    return context
