"""What a replayed run's result means for its row: done, failed, or some items of its batch failed. lambda/contract/maintenance-window/replay.json."""

import json

import patient_lambda_contract as contract

from patient_lambda_gate.held.sources import MISSING, item_id, parse
from patient_lambda_gate.held.table import LIMITS, list_bytes

PARTIAL_FAILURE = "PartialBatchFailure"
BODY_DAMAGED = "BodyDamaged"


class Outcome:
    """``status`` is DONE, FAILED or PARTIAL; ``only`` the ids that are still to run."""

    def __init__(self, status: str, error_type: str = "", error_message: str = "", only: "list | None" = None) -> None:
        self.status = status
        self.error_type = error_type
        self.error_message = error_message
        self.only = only


def of_result(row: dict, event: object, result: "bytes | str") -> Outcome:
    """The outcome of a handler that returned; ``row`` is the source's."""
    value = parse(result if isinstance(result, bytes) else result.encode("utf-8", "surrogatepass"))
    if not isinstance(value, dict):
        return Outcome("DONE")
    if "batch" in row:
        return _of_batch(row, event, value.get("batchItemFailures"))
    if row.get("http") and _is_server_error(value.get("statusCode")):
        return Outcome("FAILED", "HttpServerError", f"the handler answered with status {value['statusCode']}")
    return Outcome("DONE")


def of_error(error: "bytes | str") -> Outcome:
    """The outcome of a handler that failed, from what the client reports."""
    value = parse(error if isinstance(error, bytes) else error.encode("utf-8", "surrogatepass"))
    details = value if isinstance(value, dict) else {}
    return Outcome("FAILED", str(details.get("errorType") or "Unknown"), str(details.get("errorMessage") or ""))


def only_items(row: dict, body: bytes, only: list) -> bytes:
    """The event with those items of its batch that are still to run. Raises ValueError when it is no such batch."""
    event = parse(body)
    name = row["batch"][0] if "batch" in row else None
    if not isinstance(event, dict) or not isinstance(event.get(name), list):
        raise ValueError("the event is no batch")
    wanted = set(only)
    event[name] = [item for item in event[name] if item_id(row, item) in wanted]
    return json.dumps(event, separators=(",", ":")).encode()


def _of_batch(row: dict, event: object, failures: object) -> Outcome:
    if failures is None or failures == []:
        return Outcome("DONE")
    whole = Outcome("FAILED", PARTIAL_FAILURE, "batchItemFailures names an item that is not in the batch, so the whole batch failed")
    if not isinstance(failures, list):
        return whole
    items = event.get(row["batch"][0]) if isinstance(event, dict) else None
    known = {item_id(row, item) for item in items} if isinstance(items, list) else set()
    failed = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    if not all(isinstance(name, str) and name and name in known for name in failed):
        return whole
    only = list(dict.fromkeys(failed))
    if list_bytes(only) > LIMITS["onlyBytes"]:
        return Outcome("FAILED", PARTIAL_FAILURE, f"{len(only)} items failed, more than the row can name: the whole batch runs again")
    return Outcome("PARTIAL", PARTIAL_FAILURE, f"{len(only)} of {len(known)} items failed", only)


def _is_server_error(status: object) -> bool:
    try:
        return status is not None and not isinstance(status, bool) and float(status) >= 500
    except (TypeError, ValueError):
        return False


def parsed_event(body: bytes) -> object:
    """The event as ``of_result`` wants it."""
    event = parse(body)
    return None if event is MISSING else event


def clipped(text: str) -> str:
    """An error's type or message as the row holds it: a handler may choose both, of any length."""
    return text[: contract.load("maintenance-window/store")["limits"]["errorMessageCharacters"]["value"]]
