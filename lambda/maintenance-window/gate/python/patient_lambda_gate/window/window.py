"""The window's value: reads both parameters' text, and says from it and a clock whether a hold is on. Pure.

lambda/contract/maintenance-window/window.json.
"""

import re
from datetime import date

import patient_lambda_contract as contract

MOST_CHARACTERS = 4096  # SSM: a standard parameter's value
MOST_OFFSET_MINUTES = 18 * 60  # ISO 8601 and java.time agree on +-18:00
SHOWN_CHARACTERS = 120
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH_DAY = date(1970, 1, 1).toordinal()
NEVER = float("inf")

# Small and compiled at their first use: compiling one pattern for the whole grammar takes longer than everything else that the gate does at start.
TIMESTAMP = r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
DURATION = r"P(?:([0-9]{1,3})D)?(T(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?"
REASON = r"[^\x00-\x20\x7F#][^\x00-\x1F\x7F]{0,119}"


class WindowValueError(ValueError):
    """A parameter's value that cannot be read; ``code`` is one of the contract's errorCodes."""

    def __init__(self, code: str, value: str) -> None:
        meaning = contract.load("maintenance-window/window")["errorCodes"][code]  # only now: a value that can be read needs none
        super().__init__(f"{meaning} ({code}): '{value[:SHOWN_CHARACTERS]}'")
        self.code = code


class Operator:
    """What the operator's parameter says. ``at`` belongs to the modes on-until and off-until."""

    def __init__(self, mode: str, at: "int | None", intervals: list, reason: "str | None") -> None:
        self.mode = mode
        self.at = at
        self.intervals = intervals
        self.reason = reason


class Planned:
    """What the planned parameter says: from ``horizon`` on it counts as empty, because nobody has planned that far."""

    def __init__(self, horizon: int, intervals: list) -> None:
        self.horizon = horizon
        self.intervals = intervals


class Decision:
    """Whether the handler is held; ``until`` is None when off or without a known end."""

    def __init__(self, on: bool, until: "int | None", reason: "str | None", planned_stale: bool) -> None:
        self.on = on
        self.until = until
        self.reason = reason
        self.planned_stale = planned_stale


def parse_operator(value: str) -> Operator:
    """Raises WindowValueError."""
    head, mark, reason = _checked(value).partition("#")
    reason = reason.strip(" ")
    if mark and not re.fullmatch(REASON, reason, re.ASCII):
        raise WindowValueError("syntax", value)
    command, semicolon, items = head.partition(";")
    mode, blank, at = command.strip(" ").partition(" ")
    timed = mode in ("on-until", "off-until")
    if (mode not in ("auto", "on", "off") and not timed) or timed != bool(blank):
        raise WindowValueError("syntax", value)
    moment = _timestamp(at, value) if timed else None
    return Operator(mode, moment, _intervals(items, value) if semicolon else [], reason if mark else None)


def parse_planned(value: str) -> Planned:
    """Raises WindowValueError."""
    head, semicolon, items = _checked(value).partition(";")
    word, _, horizon = head.strip(" ").partition(" ")
    if word != "until":
        raise WindowValueError("syntax", value)
    return Planned(_timestamp(horizon, value), _intervals(items, value) if semicolon else [])


def decide(operator: Operator, planned: "Planned | None", lead: int, now: float) -> Decision:
    """Whether the handler is held now. Precedence: the operator's mode, then intervals, the operator's and the planned ones alike."""
    stale = planned is not None and now >= planned.horizon
    off = Decision(False, None, None, stale)
    if operator.mode == "on":
        return Decision(True, None, operator.reason, stale)
    if forced_off(operator, now):
        return off
    forced = operator.at is not None and now < operator.at
    until = operator.at if forced else None
    planned_intervals = planned.intervals if planned is not None and not stale else []
    for start, end in sorted((start - lead, end) for start, end in operator.intervals + planned_intervals):
        reached = now if until is None else until
        if start <= reached < end:
            until = end
    return off if until is None else Decision(True, until, operator.reason, stale)


def forced_off(operator: Operator, now: float) -> bool:
    """Whether the operator's mode alone says that nothing is on."""
    return operator.mode == "off" or (operator.mode == "off-until" and now < operator.at)


def guarded(operator: Operator, planned: "Planned | None", last_modified: float, guard: int, now: float) -> bool:
    """Whether an invocation may be Lambda's retry of one that was deferred: shortly after a hold's end, or after the operator's last write."""
    if guard == 0:
        return False
    if now < last_modified + guard:  # also when it lies in the future by this clock
        return True
    return any(end <= now < end + guard for end in _ends(operator, planned))


def next_change(operator: Operator, planned: "Planned | None", lead: int, last_modified: float, guard: int, now: float) -> float:
    """The next moment at which decide or guarded could answer otherwise for the same values; infinity when there is none."""
    edges = [last_modified + guard]
    for end in _ends(operator, planned):
        edges += [end, end + guard]
    for start, _ in operator.intervals + (planned.intervals if planned else []):
        edges.append(start - lead)
    if operator.at is not None:
        edges.append(operator.at)
    if planned is not None:
        edges.append(planned.horizon)
    return min((edge for edge in edges if edge > now), default=NEVER)


def _ends(operator: Operator, planned: "Planned | None") -> list:
    ends = [end for _, end in operator.intervals + (planned.intervals if planned else [])]
    return ends + [operator.at] if operator.mode == "on-until" else ends


def _checked(value: str) -> str:
    if len(value) > MOST_CHARACTERS:
        raise WindowValueError("length", value)
    return value.strip(" ")


def _intervals(text: str, value: str) -> list:
    return [_interval(item.strip(" "), value) for item in text.split(",")]


def _interval(text: str, value: str) -> tuple:
    first, slash, second = text.partition("/")
    if not slash:
        raise WindowValueError("syntax", value)
    start = _timestamp(first, value)
    end = start + _duration(second, value) if second.startswith("P") else _timestamp(second, value)
    if end <= start:
        raise WindowValueError("order", value)
    return start, end


def _timestamp(text: str, value: str) -> int:
    match = re.fullmatch(TIMESTAMP, text, re.ASCII)
    if match is None:
        raise WindowValueError("syntax", value)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    offset = int(match[8] or 0) * 60 + int(match[9] or 0)
    if hour > 23 or minute > 59 or second > 59 or offset > MOST_OFFSET_MINUTES or int(match[9] or 0) > 59:
        raise WindowValueError("timestamp", value)
    try:
        days = date(year, month, day).toordinal() - EPOCH_DAY
    except ValueError:
        raise WindowValueError("timestamp", value) from None
    local = days * DAY + hour * HOUR + minute * MINUTE + second * SECOND
    return local - (-offset if match[7] == "-" else offset) * MINUTE


def _duration(text: str, value: str) -> int:
    match = re.fullmatch(DURATION, text, re.ASCII)
    if match is None:
        raise WindowValueError("syntax", value)
    days, hours, minutes, seconds = (int(match[group] or 0) for group in (1, 3, 4, 5))
    total = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
    if total == 0 or match[2] == "T":
        raise WindowValueError("duration", value)
    return total
