"""The variables that are JSON, which most functions do not have: how each is read, and what is expected of it."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python import json

from patient_lambda_gate.quiet.http_options import ALWAYS_RUN, REJECTION, STREAMING, parse_always_run, parse_rejection, parse_streaming

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

EXPECTED = {
    "deferral": "a JSON object of event source to an action that is possible for it",
    "rejection": REJECTION,
    "alwaysRun": ALWAYS_RUN,
    "streaming": STREAMING,
}


def parsed(key: str, text: str) -> Any:
    """The value of a variable; None when the text is not one."""
    return PARSERS[key](text)


def parse_deferral(text: str) -> dict[str, str] | None:
    """By source, what becomes of its events; None when the text does not tell that."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    allowed = {source["name"]: source["allowed"] for source in contract.load("maintenance-window/sources")["sources"]}
    return value if isinstance(value, dict) and all(action in allowed.get(name, ()) for name, action in value.items()) else None


PARSERS = {"deferral": parse_deferral, "rejection": parse_rejection, "alwaysRun": parse_always_run, "streaming": parse_streaming}
