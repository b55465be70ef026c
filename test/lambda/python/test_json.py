"""JSON: what both languages read and write, whatever user code has made of Python's own."""

import json as standard

import pytest
from patient_lambda_python import json

VALUES = [
    None,
    True,
    [1, -2.5, 1e300, 10**30],
    {"a": {"b": ["ä", "\ud800", "\U0001f600", "\x00\x7f\u2028"]}, "": []},
    " text \t",
]


@pytest.mark.parametrize("value", VALUES)
def test_what_is_written_is_read(value):
    assert json.loads(json.dumps(value)) == value
    assert standard.loads(json.dumps(value)) == value
    assert json.dumps(value, ensure_ascii=False) == standard.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    "text", ["", " ", "{", '{"a" 1}', "[1] 2", "NaN", "-Infinity", '"\x01"', "\ufeff1", b"\xff", b'\xff\xfe"\x00a\x00"\x00', "nul"]
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(ValueError):
        json.loads(text)


def test_what_is_too_deep_is_an_error_that_its_readers_know():
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000)


def test_blanks_around_a_value_are_none_of_it():
    assert json.loads(' \r\n\t{"a": 1}\n') == {"a": 1}


def test_what_json_does_not_have_is_refused():
    with pytest.raises(TypeError, match="set"):
        json.dumps({"a": {1}})
