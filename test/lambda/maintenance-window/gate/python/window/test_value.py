"""The window's value: its grammar, and what it says. Vectors are those that TypeScript runs."""

import random
import re

import pytest
from contract_files import contract_file
from patient_lambda_gate.window import grammar
from patient_lambda_gate.window.grammar import WindowValueError
from patient_lambda_gate.window.value import parse_operator, parse_planned
from windows import ms

CONTRACT = contract_file("maintenance-window/window")


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


TWO_ERRORS = {
    "on-until 2027-02-30T00:00Z;nonsense": "syntax",
    "on-until 2027-02-30T00:00Z # ": "syntax",
    "auto;2027-02-30T00:00Z/PT1H,": "syntax",
    "auto;2027-02-30T00:00Z/nonsense": "syntax",
    "auto;2027-01-10T02:00Z/PT0S,2027-01-10T02:00Z": "syntax",
    "auto;2027-01-10T02:00Z/2027-01-10T01:00Z,2027-01-10T02:00Z/1H": "syntax",
    "on-until 2027-02-30T00:00Z;2027-01-10T02:00Z/PT0S": "timestamp",
    "auto;2027-01-10T02:00Z/PT0S,2027-02-30T00:00Z/PT1H": "duration",
    "auto;2027-01-10T02:00Z/2027-01-10T01:00Z,2027-02-30T00:00Z/PT1H": "order",
    "auto;2027-02-30T00:00Z/PT0S": "timestamp",
}


@pytest.mark.parametrize("value", TWO_ERRORS)
def test_of_two_errors_the_syntax_of_the_whole_value_comes_first_then_the_first_one(value):
    with pytest.raises(WindowValueError) as raised:
        parse_operator(value)
    assert raised.value.code == TWO_ERRORS[value]


@pytest.mark.parametrize(
    ("value", "code"), [("until 2027-06-31T00:00Z;nonsense", "syntax"), ("until 2027-06-31T00:00Z;2027-01-10T02:00Z/PT0S", "timestamp")]
)
def test_of_two_errors_of_a_planned_value_too(value, code):
    with pytest.raises(WindowValueError) as raised:
        parse_planned(value)
    assert raised.value.code == code


@pytest.mark.parametrize(("blanks", "code"), [(4087, None), (4088, "length")])
def test_a_value_is_as_long_as_the_other_language_says(blanks, code):
    """In units of UTF-16."""
    value = "auto # \U0001f6e0" + " " * blanks
    if code is None:
        assert parse_operator(value).reason == "\U0001f6e0"
        return
    with pytest.raises(WindowValueError) as raised:
        parse_operator(value)
    assert raised.value.code == code


def test_an_unreadable_value_is_named_up_to_120_characters():
    with pytest.raises(WindowValueError, match=r"^does not match the grammar \(syntax\): 'x{120}'$"):
        parse_operator("x" * 200)


def test_limits_are_the_contracts():
    assert grammar.MOST_CHARACTERS == CONTRACT["mostCharacters"]["value"]
    assert grammar.MOST_REASON_CHARACTERS == CONTRACT["mostReasonCharacters"]
    assert f"beyond +-{grammar.MOST_OFFSET_MINUTES // 60}:00" in CONTRACT["errorCodes"]["timestamp"]


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
