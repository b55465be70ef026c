"""Bodies of responses in every form that HTTP/1.1 has, beside the usual one of a success whose length is said."""

from __future__ import annotations

from patient_lambda_aws.http import HttpError

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping

    from patient_lambda_aws.http import HttpConnection

WITHOUT_BODY = (204, 304)


def body_of(connection: HttpConnection, status: int, headers: Mapping[str, str], until: float) -> tuple[bytes, bool]:
    """The body, and whether the end of the connection was the body's end. Raises HttpError, OSError."""
    if status in WITHOUT_BODY:
        return b"", False
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunks(connection, until), False
    length = headers.get("content-length")
    if length is None:
        return connection.rest(until), True
    return connection.exactly(_size(length, 10), until), False


def _chunks(connection: HttpConnection, until: float) -> bytes:
    pieces = []
    while size := _size(connection.through(b"\r\n", until).decode("latin-1").partition(";")[0], 16):
        pieces.append(connection.exactly(size, until))
        connection.through(b"\r\n", until)
    while connection.through(b"\r\n", until):
        pass  # trailers
    return b"".join(pieces)


def _size(text: str, base: int) -> int:
    try:
        return int(text.strip(), base)
    except ValueError:
        raise HttpError(f"'{text[:20]}' is not a length") from None
