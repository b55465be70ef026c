"""The options of HTTP sources, from their variables: JSON of 2 KB at most, which a function without them does not have.

Read at the start, so that a value that cannot be meant stops the function instead of the first rejection; used by what a window imports.
"""

from __future__ import annotations

import json

import patient_lambda_contract as contract

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import TypedDict

    class Rejection(TypedDict, total=False):
        """How requests are rejected, where it is not the default."""

        statusCode: int
        headers: dict[str, str]
        body: str


OPTIONS = contract.load("maintenance-window/sources")["httpOptions"]
VARIABLE_BYTES: int = OPTIONS["variableBytes"]
LEAST_STATUS: int = OPTIONS["statusCode"]["least"]
MOST_STATUS: int = OPTIONS["statusCode"]["most"]
MOST_PATTERNS: int = OPTIONS["mostPatterns"]
HEADER_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_!#$%&'*+.^`|~-")
CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

STREAMING_SOURCES: list[str] = contract.load("maintenance-window/answers")["streaming"]["sources"]

REJECTION = (
    f"a JSON object of at most {VARIABLE_BYTES} bytes with statusCode ({LEAST_STATUS} to {MOST_STATUS}), "
    "headers (each name once, values in ASCII) and body (text), or some of them"
)
ALWAYS_RUN = (
    f"a JSON list of 1 to {MOST_PATTERNS} patterns in at most {VARIABLE_BYTES} bytes, each a method in capitals or *, one space, "
    "and a path that begins with / and has * at its end or nowhere"
)

STREAMING = f"a JSON object in at most {VARIABLE_BYTES} bytes of {' and '.join(STREAMING_SOURCES)}, or one of them, to a list of qualifiers"


def parse_rejection(text: str) -> Rejection | None:
    """The rejection; None when the text is not one."""
    value = _parsed(text)
    if not isinstance(value, dict):
        return None
    rejection: Rejection = {}
    for name, member in value.items():
        if name == "statusCode" and _is_status(member):
            rejection["statusCode"] = int(member)  # 503.0 is the same number
        elif name == "headers" and isinstance(member, dict) and _are_headers(member):
            rejection["headers"] = member
        elif name == "body" and isinstance(member, str):
            rejection["body"] = member
        else:
            return None
    return rejection


def parse_always_run(text: str) -> list[str] | None:
    """The patterns of requests that always run; None when the text is not a list of them."""
    value = _parsed(text)
    return value if isinstance(value, list) and 0 < len(value) <= MOST_PATTERNS and all(map(_is_pattern, value)) else None


def parse_streaming(text: str) -> dict[str, list[str]] | None:
    """By source, the qualifiers by which what streams its responses invokes the function; None when the text does not tell that."""
    value = _parsed(text)
    if not isinstance(value, dict):
        return None
    is_streaming = all(
        name in STREAMING_SOURCES and isinstance(qualifiers, list) and all(isinstance(item, str) for item in qualifiers)
        for name, qualifiers in value.items()
    )
    return value if is_streaming else None


def _is_status(value: object) -> bool:
    return isinstance(value, (int, float)) and LEAST_STATUS <= value <= MOST_STATUS and value == int(value)


def _are_headers(headers: dict[str, object]) -> bool:
    """Names once, whatever their case; values of printable ASCII."""
    names = {name.lower() for name in headers}
    return len(names) == len(headers) and all(
        name and HEADER_NAME.issuperset(name) and isinstance(value, str) and value.isascii() and value.isprintable()
        for name, value in headers.items()
    )


def _is_pattern(value: object) -> bool:
    """A method in capitals or a star, and a path whose only star is its end."""
    if not isinstance(value, str):
        return False
    method, space, path = value.partition(" ")
    is_method = method == "*" or (method != "" and CAPITALS.issuperset(method))
    return is_method and space == " " and path.startswith("/") and "*" not in path[:-1]


def _parsed(text: str) -> object:
    if len(text.encode("utf-8", "surrogateescape")) > VARIABLE_BYTES:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
