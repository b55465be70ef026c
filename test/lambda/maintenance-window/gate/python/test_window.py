"""The window's value: grammar, precedence, guard. Vectors are those that TypeScript runs."""

import random
import re

import pytest
from conftest import contract_file
from patient_lambda_gate.window import window
from patient_lambda_gate.window.window import WindowValueError, decide, guarded, next_change, parse_operator, parse_planned

CONTRACT = contract_file("maintenance-window/window")


def ms(text: str) -> int:
    from datetime import datetime

    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1000)


def pairs(intervals: list) -> list:
    return [(ms(start), ms(end)) for start, end in intervals]


@pytest.mark.parametrize("vector", CONTRACT["operatorVectors"], ids=lambda vector: repr(vector["value"][:40]))
def test_operator_value(vector):
    if "error" in vector:
        with pytest.raises(WindowValueError) as raised:
            parse_operator(vector["value"])
        assert raised.value.code == vector["error"]
        return
    value = parse_operator(vector["value"])
    assert (value.mode, value.intervals, value.reason) == (vector["mode"], pairs(vector["intervals"]), vector["reason"])
    assert value.at == (ms(vector["at"]) if "at" in vector else None)


@pytest.mark.parametrize("vector", CONTRACT["plannedVectors"], ids=lambda vector: repr(vector["value"]))
def test_planned_value(vector):
    if "error" in vector:
        with pytest.raises(WindowValueError) as raised:
            parse_planned(vector["value"])
        assert raised.value.code == vector["error"]
        return
    value = parse_planned(vector["value"])
    assert (value.horizon, value.intervals) == (ms(vector["horizon"]), pairs(vector["intervals"]))


def test_an_unreadable_value_is_named_up_to_120_characters():
    with pytest.raises(WindowValueError, match=r"^does not match the grammar \(syntax\): 'x{120}'$"):
        parse_operator("x" * 200)


def parsed(vector: dict) -> tuple:
    return parse_operator(vector["operator"]), parse_planned(vector["planned"]) if vector["planned"] else None


@pytest.mark.parametrize("vector", CONTRACT["decisionVectors"], ids=lambda vector: vector["name"])
def test_decision(vector):
    decision = decide(*parsed(vector), vector["leadSeconds"] * 1000, ms(vector["now"]))
    until = ms(vector["until"]) if vector["until"] else None
    assert (decision.on, decision.until, decision.reason, decision.planned_stale) == (vector["on"], until, vector["reason"], vector["plannedStale"])


@pytest.mark.parametrize("vector", CONTRACT["guardVectors"], ids=lambda vector: vector["name"])
def test_guard(vector):
    operator, planned = parsed(vector)
    found = guarded(operator, planned, ms(vector["operatorLastModified"]), vector["guardSeconds"] * 1000, ms(vector["now"]))
    assert found is vector["guarded"]


def test_limits_are_the_contracts():
    assert window.MOST_CHARACTERS == CONTRACT["mostCharacters"]["value"]


MINUTES = ["2027-01-10T02:00Z", "2027-01-10T03:00Z", "2027-01-10T04:30Z"]
PIECES = [
    "auto",
    "on",
    "off",
    "on-until ",
    "off-until ",
    "until ",
    " ",
    ";",
    ",",
    "/",
    "#",
    "# ",
    "x",
    "PT1H",
    "P1D",
    "P",
    "\n",
    *MINUTES,
    "PT90M",
    "  ",
    "é",
]


@pytest.mark.parametrize("kind", ["operator", "planned"])
def test_grammar_is_the_allowed_pattern(kind):
    """Values that the parameter refuses are syntax errors, and the other way round, surrounding spaces aside."""
    choose = random.Random(4711)
    pattern = re.compile(CONTRACT["allowedPattern"][kind], re.ASCII)
    parse = {"operator": parse_operator, "planned": parse_planned}[kind]
    heads = {"operator": ["auto", "on", f"on-until {MINUTES[0]}"], "planned": [f"until {MINUTES[0]}"]}[kind]
    accepted = 0
    for _ in range(4000):
        text = choose.choice([*heads, ""]) + "".join(choose.choice(PIECES) for _ in range(choose.randrange(7)))
        try:
            parse(text)
            is_syntax = True
        except WindowValueError as error:
            is_syntax = error.code != "syntax"
        assert is_syntax == bool(pattern.fullmatch(text.strip(" "))), text
        accepted += is_syntax
    assert accepted > 100


def test_nothing_changes_between_a_moment_and_the_next_change():
    """What the warm path skips cannot have changed."""
    choose = random.Random(1)
    base = ms("2027-01-10T00:00:00Z")
    for _ in range(300):
        spans = [f"2027-01-10T0{choose.randrange(6)}:00Z/PT{choose.randrange(1, 200)}M" for _ in range(choose.randrange(3))]
        mode = choose.choice(["auto", "off", "on-until 2027-01-10T03:00Z", "off-until 2027-01-10T02:00Z"])
        operator = parse_operator(mode + (";" + ",".join(spans) if spans else ""))
        planned = choose.choice([None, parse_planned("until 2027-01-10T05:00Z;2027-01-10T01:00Z/PT10H")])
        lead, guard, modified = choose.choice([0, 600_000]), choose.choice([0, 900_000]), base - choose.randrange(0, 1_000_000)
        now = base + choose.randrange(0, 8 * 3_600_000)
        change = next_change(operator, planned, lead, modified, guard, now)
        later = choose.uniform(now, min(change, now + 10_000_000))
        if later >= change:
            continue

        def seen(at):
            decision = decide(operator, planned, lead, at)
            return decision.on, decision.until, decision.planned_stale, guarded(operator, planned, modified, guard, at)

        assert seen(now) == seen(later)
