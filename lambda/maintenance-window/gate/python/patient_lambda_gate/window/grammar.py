"""The grammar of both parameters' text. Vectors: lambda/contract/maintenance-window/window.json."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python.dates import epoch_day
from patient_lambda_python.taken import Patterns

from patient_lambda_gate.window.value import OperatorValue, PlannedValue

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    import re

    from patient_lambda_gate.window.value import Interval

    # Start, and end or duration, as they are written.
    WrittenInterval = tuple[re.Match[str], re.Match[str]]

# Written again here, and compared with the contract by a test: a value that can be read needs no file of it.
MOST_CHARACTERS = 4096  # SSM: a standard parameter's value
MOST_REASON_CHARACTERS = 120
MOST_OFFSET_MINUTES = 18 * 60  # ISO 8601 and java.time agree on +-18:00
SHOWN_CHARACTERS = 120  # of a refused value
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Small and compiled at their first use: compiling one pattern for the whole grammar takes longer than everything else that the gate does at start.
TIMESTAMP = r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
DURATION = r"P(?:([0-9]{1,3})D)?(T(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?"
CLAUSE = r"[a-z][A-Za-z0-9-]*=[!-\"$-:<-~]+"
REASON = rf"[^\x00-\x20\x7F#][^\x00-\x1F\x7F]{{0,{MOST_REASON_CHARACTERS - 1}}}"


class WindowValueError(ValueError):
    """A parameter's value that cannot be read; ``code`` is one of the contract's errorCodes."""

    def __init__(self, code: str, value: str) -> None:
        meaning = contract.load("maintenance-window/window")["errorCodes"][code]  # only now: a value that can be read needs none
        super().__init__(f"{meaning} ({code}): '{value[:SHOWN_CHARACTERS]}'")
        self.code = code


def read_operator(value: str) -> OperatorValue:
    """Raises WindowValueError: the whole value is of the grammar before any time in it is looked at."""
    head, mark, reason = _checked(value).partition("#")
    reason = reason.strip(" ")
    if mark and not Patterns.fullmatch(REASON, reason):
        raise WindowValueError("syntax", value)
    command, items = _parts(head, value)
    mode, blank, at = command.strip(" ").partition(" ")
    timed = mode in ("on-until", "off-until")
    if (mode not in ("auto", "on", "off") and not timed) or timed != bool(blank):
        raise WindowValueError("syntax", value)
    written_at = _match(TIMESTAMP, at, value) if timed else None
    written = [] if items is None else _written_intervals(items, value)
    moment = None if written_at is None else _timestamp(written_at, value)
    return OperatorValue(mode, moment, [_interval(item, value) for item in written], reason if mark else None)


def read_planned(value: str) -> PlannedValue:
    """Raises WindowValueError, as read_operator does."""
    head, items = _parts(_checked(value), value)
    word, _, horizon = head.strip(" ").partition(" ")
    if word != "until":
        raise WindowValueError("syntax", value)
    written_horizon = _match(TIMESTAMP, horizon, value)
    written = [] if items is None else _written_intervals(items, value)
    return PlannedValue(_timestamp(written_horizon, value), [_interval(item, value) for item in written])


def _checked(value: str) -> str:
    if len(value) + sum(character > "\uffff" for character in value) > MOST_CHARACTERS:  # UTF-16, as the other language counts
        raise WindowValueError("length", value)
    return value.strip(" ")


def _parts(text: str, value: str) -> tuple[str, str | None]:
    """What stands before the first semicolon, and the intervals, if any. What follows are clauses, all of them of a later version."""
    head, *rest = text.split(";")
    items = rest.pop(0) if rest and "=" not in rest[0] else None
    for clause in rest:
        _match(CLAUSE, clause.strip(" "), value)
    return head, items


def _match(pattern: str, text: str, value: str) -> re.Match[str]:
    match = Patterns.fullmatch(pattern, text)
    if match is None:
        raise WindowValueError("syntax", value)
    return match


def _written_intervals(text: str, value: str) -> list[WrittenInterval]:
    return [_written_interval(item.strip(" "), value) for item in text.split(",")]


def _written_interval(text: str, value: str) -> WrittenInterval:
    start, _, end = text.partition("/")  # without a slash the end is empty, which neither is
    return _match(TIMESTAMP, start, value), _match(DURATION if end.startswith("P") else TIMESTAMP, end, value)


def _interval(written: WrittenInterval, value: str) -> Interval:
    first, second = written
    start = _timestamp(first, value)
    end = start + _duration(second, value) if second[0].startswith("P") else _timestamp(second, value)
    if end <= start:
        raise WindowValueError("order", value)
    return start, end


def _timestamp(match: re.Match[str], value: str) -> int:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    offset = int(match[8] or 0) * 60 + int(match[9] or 0)
    if hour > 23 or minute > 59 or second > 59 or offset > MOST_OFFSET_MINUTES or int(match[9] or 0) > 59:
        raise WindowValueError("timestamp", value)
    try:
        days = epoch_day(year, month, day)
    except ValueError:
        raise WindowValueError("timestamp", value) from None
    local = days * DAY + hour * HOUR + minute * MINUTE + second * SECOND
    return local - (-offset if match[7] == "-" else offset) * MINUTE


def _duration(match: re.Match[str], value: str) -> int:
    days, hours, minutes, seconds = (int(match[group] or 0) for group in (1, 3, 4, 5))
    total = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
    if total == 0 or match[2] == "T":
        raise WindowValueError("duration", value)
    return total
