"""DynamoDB's form of values."""

import pytest
from patient_lambda_gate.held.items import Update, decode_row, encode, encode_row

ROW = {"s": "é", "n": 5, "f": 0.1, "t": True, "no": False, "b": b"\x00\xff", "l": ["a", 1, []], "m": {"x": {"y": b""}}, "negative": -3, "big": 10**20}


def test_what_is_written_is_what_is_read():
    assert decode_row(encode_row(ROW)) == ROW


@pytest.mark.parametrize(
    ("value", "item"),
    [
        (True, {"BOOL": True}),
        (1, {"N": "1"}),
        (1.0, {"N": "1"}),
        (1.5, {"N": "1.5"}),
        (-0.25, {"N": "-0.25"}),
        (b"\xff", {"B": "/w=="}),
        (["a"], {"L": [{"S": "a"}]}),
        ({"a": 1}, {"M": {"a": {"N": "1"}}}),
    ],
    ids=repr,
)
def test_each_kind_of_value_has_its_form(value, item):
    assert encode(value) == item


@pytest.mark.parametrize("value", [None, {1}, object()], ids=["None", "a set", "an object"])
def test_what_a_row_does_not_hold_is_refused(value):
    with pytest.raises(TypeError, match="a row does not hold a"):
        encode({"inside": [value]})


@pytest.mark.parametrize(("text", "number"), [("5", 5), ("5.0", 5), ("1E3", 1000), ("1.5", 1.5), ("-7", -7)])
def test_numbers_come_whole_where_they_are(text, number):
    found = decode_row({"n": {"N": text}})["n"]
    assert (found, type(found)) == (number, type(number))


def test_types_that_the_gate_never_writes_come_as_they_are():
    assert decode_row({"set": {"SS": ["a"]}, "null": {"NULL": True}}) == {"set": ["a"], "null": True}


def test_a_change_names_each_attribute_once_and_by_a_placeholder():
    request = Update().set("state", "A").add("attempt", 1).append("log", ["x"]).remove("token", "state").when("state", "B").request("events", "k")
    assert request == {
        "TableName": "events",
        "Key": {"pk": {"S": "k"}},
        "UpdateExpression": "SET #n0 = :v0, #n1 = #n1 + :v1, #n2 = list_append(if_not_exists(#n2, :v2), :v3) REMOVE #n3, #n0",
        "ConditionExpression": "#n0 = :v4",
        "ExpressionAttributeNames": {"#n0": "state", "#n1": "attempt", "#n2": "log", "#n3": "token"},
        "ExpressionAttributeValues": {":v0": {"S": "A"}, ":v1": {"N": "1"}, ":v2": {"L": []}, ":v3": {"L": [{"S": "x"}]}, ":v4": {"S": "B"}},
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
