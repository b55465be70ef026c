"""A function's own way to reject HTTP requests: its headers over the defaults, and its body with what is known of the window filled in."""

from __future__ import annotations

from patient_lambda_python import json
from patient_lambda_python.taken import Patterns

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLACES = Patterns.compile(r"\{(until|reason)\}")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def merged_headers(defaults: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The default headers, with the function's own added to or in place of them: names are the same whatever their case."""
    named = {name.lower() for name in own}
    return {**{name: value for name, value in defaults.items() if name.lower() not in named}, **own}


def filled_body(body: str, headers: Mapping[str, str], until: str | None, reason: str | None) -> str:
    """The body with ``{until}`` and ``{reason}`` filled in, empty where nothing is known. Other braces stay: style sheets are full of them."""
    values = {"until": until or "", "reason": _escape_of(headers)(reason or "")}
    return PLACES.sub(lambda found: values[found[1]], body)


def _escape_of(headers: Mapping[str, str]) -> Callable[[str], str]:
    """How a reason, which an operator wrote, is put into a body of this content type."""
    value = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    kind = value.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return lambda text: json.dumps(text, ensure_ascii=False)[1:-1]
    if kind in ("text/html", "application/xhtml+xml"):
        return _escaped
    return str


def _escaped(text: str) -> str:
    """In HTML, between tags and in attributes."""
    return text.translate(ENTITIES)
