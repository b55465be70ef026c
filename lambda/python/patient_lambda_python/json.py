"""JSON as both languages of the contract read it: UTF-8, without NaN. Written without a space.

Not by Python's module of that name, which user code replaces by a faster one, or patches for types of its own.
"""

from __future__ import annotations

from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

WHITESPACE = " \t\n\r"


class _Options:
    """What the scanner asks for when it is made. Hooks that newer Pythons have are not set either."""

    strict = True
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    def __getattr__(self, hook: str) -> None:
        return None


def _refuse(value: object) -> None:
    raise TypeError(f"JSON has no {type(value).__name__}")


def _encoder(quoted: Any) -> Any:
    return make_encoder(None, _refuse, quoted, None, ":", ",", False, False, True)


class _Json:
    scan = make_scanner(_Options())  # type: ignore[arg-type]
    write = _encoder(encode_basestring)
    write_ascii = _encoder(encode_basestring_ascii)


def loads(text: bytes | str) -> Any:
    """The value of a text. Raises ValueError, or RecursionError for one that is too deep."""
    if not isinstance(text, str):
        text = bytes(text).decode("utf-8", "surrogatepass")
    try:
        value, end = _Json.scan(text, len(text) - len(text.lstrip(WHITESPACE)))
    except RecursionError:
        raise
    except Exception as error:  # how it says so depends on what else is loaded
        raise ValueError(f"this is not JSON: {error}") from error
    if text[end:].strip(WHITESPACE):
        raise ValueError(f"something follows the value at {end}")
    return value


def dumps(value: object, ensure_ascii: bool = True) -> str:
    """A value's text. Raises TypeError for what JSON does not have."""
    return "".join((_Json.write_ascii if ensure_ascii else _Json.write)(value, 0))
