"""TLS with Amazon's own roots first: reading a system's whole bundle costs about 45 ms of a cold start."""

from __future__ import annotations

import os
import socket
import ssl

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping

ROOTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "amazon-roots.pem")


class Tls:
    """Wraps sockets. Remembers when Amazon's roots were not enough (a proxy, another partition), and uses the system's bundle from then on."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._bundle = environment.get("AWS_CA_BUNDLE") or None
        self._context: ssl.SSLContext | None = None
        self._is_system = False

    def wrap(self, sock: socket.socket, host: str) -> ssl.SSLSocket:
        """Raises ssl.SSLCertVerificationError; the next connection then trusts the system's bundle, see ``trust_system``."""
        if self._context is None:
            self._context = self._amazon_context()
        return self._context.wrap_socket(sock, server_hostname=host)

    def trust_system(self) -> bool:
        """Switches to the system's bundle. False when that is in use already, so that the failure is real."""
        if self._is_system or self._bundle:
            return False
        self._context = ssl.create_default_context()
        self._is_system = True
        return True

    def _amazon_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cafile=self._bundle or ROOTS)
        return context
