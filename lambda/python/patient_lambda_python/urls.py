"""Absolute URLs in their parts. Python's own module for them loads more than the rest of the gate."""

from __future__ import annotations

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")


class SplitResult:
    """Names as in urllib.parse: scheme and host in lower case, no user info; ``path`` and ``query`` as they came."""

    def __init__(self, scheme: str, netloc: str, path: str, query: str) -> None:
        self.scheme = scheme
        self.netloc = netloc
        self.path = path
        self.query = query
        self.hostname, self.port = _host_and_port(netloc.rpartition("@")[2])


def urlsplit(url: str) -> SplitResult:
    """The parts of a URL; empty where it has none. Raises ValueError for a port that is not one."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return SplitResult("", "", url, "")
    rest = rest.partition("#")[0]
    end = min(position for position in (rest.find("/"), rest.find("?"), len(rest)) if position >= 0)
    path, _, query = rest[end:].partition("?")
    return SplitResult(scheme.lower(), rest[:end], path, query)


def quote(text: str, safe: str) -> str:
    """Percent-encodes what is neither unreserved nor safe."""
    kept = UNRESERVED | frozenset(safe.encode())
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in text.encode())


def _host_and_port(text: str) -> tuple[str | None, int | None]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not port:
        return host.lower() or None, None
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"'{port[:20]}' is not a port")
    return host.lower() or None, int(port)
