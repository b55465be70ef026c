"""The Python gate's answers to the questions, in the words of the contract: a line of JSON in for each, a line of JSON out."""

import base64
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
for folder in ("lambda/maintenance-window/gate/python", "lambda/aws/python", "lambda/python", "lambda/contract/python"):
    sys.path.insert(0, str(ROOT / folder))

import patient_lambda_contract as contract  # noqa: E402

contract.DIRECTORY = str(ROOT / "lambda/contract")  # where the gate runs, it is beside it in the layer

from patient_lambda_gate.held import always_run, answers, cloudformation, cloudformation_request, items, sources, streaming  # noqa: E402
from patient_lambda_gate.held.envelope import capped  # noqa: E402
from patient_lambda_gate.quiet.errors import GateNotAttached  # noqa: E402
from patient_lambda_gate.quiet.settings import Settings  # noqa: E402
from patient_lambda_gate.replay import mark, outcome  # noqa: E402
from patient_lambda_gate.store import backoff, body, expiry, keys, pointer  # noqa: E402
from patient_lambda_gate.window import decision, grammar, value  # noqa: E402

# What the asked gate guards.
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f"


def window(question):
    times = question["times"]
    said, operator = _parsed(value.parse_operator, question["operator"])
    plan, planned = _parsed(value.parse_planned, question["planned"])
    if operator is None:
        return {"operator": said, "planned": plan}
    held = decision.decide(operator, planned, times["lead"], times["now"])
    operated = decision.last_operated(operator, times["version"], times["lastModified"])
    following = decision.next_change(operator, planned, times["lead"], operated, times["guard"], times["now"])
    return {
        "operator": said,
        "planned": plan,
        "decision": {"on": held.on, "until": held.until, "reason": held.reason, "plannedStale": held.planned_stale},
        "guarded": decision.guarded(operator, planned, operated, times["guard"], times["now"]),
        "next": None if following == decision.NEVER else following,
    }


def _parsed(parse, text):
    try:
        found = parse(text)
    except grammar.WindowValueError as error:
        return {"code": error.code}, None
    intervals = [{"start": start, "end": end} for start, end in found.intervals]
    if isinstance(found, value.PlannedValue):
        return {"horizon": found.horizon, "intervals": intervals}, found
    return {"mode": found.mode, "at": found.at, "intervals": intervals, "reason": found.reason}, found


def event(question):
    raw = question["body"].encode()
    parsed = sources.parse(raw)
    source = sources.detect(parsed)
    batch = sources.items_of(source, parsed)
    said = pointer.parse_pointer(raw)
    until, reason = question["until"], question["reason"]
    kept = answers.deferred(source, parsed, raw, "request", until).decode()
    return {
        "source": source["name"],
        "json": parsed is not sources.NOT_JSON,
        "hop": sources.is_hop(parsed),
        "pointer": {"requestId": said.request_id, "token": said.token} if said else None,
        "ids": capped(sources.source_ids(source, parsed)),
        "items": None if batch is None else [sources.item_id(source, item) for item in batch],
        "messages": sources.received_messages(source, parsed),
        "deferred": kept if source["answer"] == "echo" else json.loads(kept),
        "rejected": json.loads(answers.rejected(source, parsed, question["now"], until, reason, question["rejection"]))
        if source.get("http")
        else None,
        "runs": always_run.always_runs(question["alwaysRun"], source, parsed),
        "left": str(answers.window_active("LEAVE", until, reason)),
    }


def result(question):
    source = sources.source_named(question["source"])
    raw = question["body"].encode()
    rest = outcome.with_only(source, raw, question["only"])
    return {
        "outcome": _outcome(outcome.outcome_of_result(source, sources.parse(raw), question["result"])),
        "error": _outcome(outcome.outcome_of_error(question["result"])),
        "rest": None if rest is None else json.loads(rest),
    }


def _outcome(found):
    if found.status == "DONE":
        return {"status": "DONE"}
    failure = {"status": found.status, "errorType": found.error_type, "errorMessage": found.error_message}
    return failure if found.only is None else {**failure, "only": found.only}


def marked(question):
    row = {"requestId": "r", "deferredAt": 1_799_546_400_123, "attempt": 2, "run": "run"}
    return {"without": _json_or(mark.without_mark(question["context"])), "with": json.loads(mark.with_mark(question["context"], row))}


def _json_or(text):
    parsed = sources.parse(text)
    return text if parsed is sources.NOT_JSON else parsed


def row(question):
    encoded = items.encode_row(_with_bytes(question["row"]))
    return {"encoded": encoded, "again": items.encode_row(items.decode_row(encoded))}


def _with_bytes(found):
    if isinstance(found, list):
        return [_with_bytes(item) for item in found]
    if not isinstance(found, dict):
        return found
    if "$bytes" in found:
        return base64.b64decode(found["$bytes"])
    return {name: _with_bytes(inner) for name, inner in found.items()}


def stored(question):
    request_id, finished_at = question["requestId"], question["finishedAt"]
    return {
        "keys": [
            keys.event_key("f", request_id),
            keys.backlog_key("pending", request_id),
            keys.backlog_sort_key("f", finished_at, request_id),
            *keys.chunk_keys("f#r", request_id, 2),
        ],
        "backoff": backoff.backoff_delay(question["attempt"], question["random"]),
        "expiry": expiry.expiry(finished_at, 604_800_001),
    }


def packed(question):
    raw = base64.b64decode(question["base64"])
    found = body.pack(raw)
    said = {"encoding": found.encoding, "bodySize": found.size, "bodySha256": found.sha256}
    return {
        "attributes": said,
        "inline": body.is_inline(found),
        "parts": len(body.parts(found)),
        "back": body.unpack(found.content, said) == raw,
    }


def request(question):
    found = question["request"]
    return {
        "mayAnswer": cloudformation.is_response_url(found["ResponseURL"], {"AWS_ENDPOINT_URL": question["endpoint"]}),
        "kind": cloudformation_request.kind_of(found, FUNCTION),
        "response": cloudformation.held_response(found, question["reason"]),
    }


def stream(question):
    whole = streaming.streamed(question["status"], question["headers"], question["body"])
    metadata, delimiter, body = whole.partition(b"\0")
    is_streamed = streaming.is_streamed(question["streaming"], sources.source_named(question["source"]), question["arn"])
    return {"is": is_streamed, "metadata": json.loads(metadata), "rest": (delimiter + body).decode()}


def settings(question):
    try:
        found = Settings(question["environment"])
    except GateNotAttached as error:
        return {"code": str(error)}
    return {_camel(name): said for name, said in vars(found).items() if not name.startswith("_") and said is not None}


def _camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


ANSWERS = {
    "window": window,
    "event": event,
    "result": result,
    "mark": marked,
    "row": row,
    "keys": stored,
    "body": packed,
    "cloudformation": request,
    "stream": stream,
    "settings": settings,
}


def main():
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(ANSWERS[question["kind"]](question)))


if __name__ == "__main__":
    main()
