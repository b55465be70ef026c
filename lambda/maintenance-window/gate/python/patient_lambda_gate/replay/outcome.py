"""What a replayed run's result means for its row: done, failed, or some items of its batch failed. lambda/contract/maintenance-window/replay.json."""

from __future__ import annotations

from patient_lambda_python import json

from patient_lambda_gate.held.items import list_bytes
from patient_lambda_gate.held.sources import item_id, items_of, parse
from patient_lambda_gate.store.body import LIMITS

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from patient_lambda_gate.held.sources import Source

PARTIAL_FAILURE = "PartialBatchFailure"
BODY_DAMAGED = "BodyDamaged"


class Outcome:
    """``status`` is DONE, FAILED or PARTIAL; ``only`` the ids that are still to run."""

    def __init__(self, status: str, error_type: str = "", error_message: str = "", only: list[str] | None = None) -> None:
        self.status = status
        self.error_type = error_type
        self.error_message = error_message
        self.only = only


def failed(error_type: str, error_message: str) -> Outcome:
    """A failure; what kept the handler from running is one too."""
    return Outcome("FAILED", error_type, error_message)


def outcome_of_result(source: Source, event: object, result: bytes | str) -> Outcome:
    """The outcome of a handler that returned."""
    value = parse(result)
    if not isinstance(value, dict):
        return Outcome("DONE")
    if "batch" in source:
        return _outcome_of_batch(source, event, value.get("batchItemFailures"))
    if source.get("http") and _is_server_error(value.get("statusCode")):
        return failed("HttpServerError", f"the handler answered with status {value['statusCode']}")
    return Outcome("DONE")


def outcome_of_error(error: bytes | str) -> Outcome:
    """The outcome of a handler that failed, from what the client reports."""
    value = parse(error)
    details = value if isinstance(value, dict) else {}
    message = details.get("errorMessage")
    return failed(str(details.get("errorType") or "Unknown"), "" if message is None else str(message))


def with_only(source: Source, body: bytes, only: list[str]) -> bytes | None:
    """The event with those items of its batch that are still to run; None when it is not such a batch."""
    event = parse(body)
    items = items_of(source, event)
    if items is None:
        return None
    wanted = set(only)
    left = [item for item in items if item_id(source, item) in wanted]
    name = source["batch"][0]
    return json.dumps({**event, name: left} if isinstance(event, dict) else left).encode()


def clipped(text: str) -> str:
    """An error's type or message as the row holds it: a handler may choose both, of any length."""
    return text[: LIMITS["errorMessageCharacters"]]


def _outcome_of_batch(source: Source, event: object, failures: object) -> Outcome:
    if failures is None or failures == []:
        return Outcome("DONE")
    items = [item_id(source, item) for item in items_of(source, event) or []]
    known = set(items)
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures] if isinstance(failures, list) else [None]
    ids = [name for name in named if isinstance(name, str) and name and name in known]
    if len(ids) != len(named):
        return failed(PARTIAL_FAILURE, "batchItemFailures names an item that is not in the batch, so the whole batch failed")
    rest = _from_first(items, ids) if source.get("checkpoint") else ids
    if rest is None:
        return failed(PARTIAL_FAILURE, "an item after the first that failed has no id by which it could run again, so the whole batch does")
    only = list(dict.fromkeys(rest))
    if list_bytes(only) > LIMITS["onlyBytes"]:
        return failed(PARTIAL_FAILURE, f"{len(only)} items failed, more than the row can name: the whole batch runs again")
    return Outcome("PARTIAL", PARTIAL_FAILURE, f"{len(only)} of {len(items)} items failed", only)


def _from_first(items: list[str | None], failed_ids: list[str]) -> list[str] | None:
    """The items of a batch from the first that failed to its end, as streams repeat them; None when one of them can't be named."""
    named = set(failed_ids)
    first = next(number for number, name in enumerate(items) if name in named)
    rest = [name for name in items[first:] if name is not None]
    return rest if len(rest) == len(items) - first else None


def _is_server_error(status: object) -> bool:
    """A status counts as a JSON number, or as text of plain decimal digits: what else a number can be read from is not a status."""
    if isinstance(status, str) and status.isascii() and status.isdigit():
        return float(status) >= 500
    return isinstance(status, int | float) and status >= 500  # true is 1, and no server error
