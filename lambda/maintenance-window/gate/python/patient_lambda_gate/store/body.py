"""An event's bytes as the store keeps them: packed, in parts, and back again byte for byte."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python.taken import Digest, Packing

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Sequence

    from patient_lambda_gate.store.row import Row


LIMITS: dict[str, int] = {name: limit["value"] for name, limit in contract.load("maintenance-window/store")["limits"].items()}


class BodyDamaged(Exception):
    """The kept bytes are not what was received."""


class PackedBody:
    """The bytes as they are kept, and what the row says of them."""

    def __init__(self, content: bytes, encoding: str, size: int, sha256: str) -> None:
        self.content = content
        self.encoding = encoding
        self.size = size
        self.sha256 = sha256


def pack(body: bytes) -> PackedBody:
    """Packs a body: gzip where it helps."""
    content, encoding = body, "identity"
    if len(body) >= LIMITS["gzipFrom"]:
        packed = Packing.gzip(body)
        if len(packed) < len(body):
            content, encoding = packed, "gzip"
    return PackedBody(content, encoding, len(body), Digest.of(body))


def is_inline(body: PackedBody) -> bool:
    """Whether the kept bytes go into the header row, or else into chunks."""
    return len(body.content) <= LIMITS["inlineBytes"]


def parts(body: PackedBody) -> list[bytes]:
    """The kept bytes in parts that fit an item each; at least one."""
    size = LIMITS["chunkBytes"]
    return [body.content[start : start + size] for start in range(0, len(body.content), size)] or [b""]


def joined(found: Sequence[bytes | None]) -> bytes:
    """The kept bytes from their parts in order, None where one was not there. Raises BodyDamaged naming the missing parts."""
    missing = [str(number) for number, part in enumerate(found) if part is None]
    if missing:
        raise BodyDamaged(f"parts {', '.join(missing)} of {len(found)} are missing")
    return b"".join(part for part in found if part is not None)


def unpack(content: bytes, said: Row) -> bytes:
    """The event's bytes, as received; ``said`` is what the row says of them. Raises BodyDamaged."""
    body = _unzipped(content) if said.get("encoding") == "gzip" else content
    if len(body) != said.get("bodySize") or Digest.of(body) != said.get("bodySha256"):
        raise BodyDamaged(f"{len(body)} bytes were kept, which are not the {said.get('bodySize')} bytes that were received")
    return body


def _unzipped(content: bytes) -> bytes:
    try:
        return Packing.gunzip(content)
    except Packing.Error as error:
        raise BodyDamaged(f"the kept bytes cannot be unpacked: {error}") from error
