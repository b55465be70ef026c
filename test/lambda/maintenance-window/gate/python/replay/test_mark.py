"""The replay mark in the client context."""

import json

import pytest
from patient_lambda_gate.replay.mark import with_mark, without_mark
from rows import row


@pytest.mark.parametrize(
    "original", [None, "", "no JSON", "[]", '{"custom":{"own":1,"maintenanceReplay":{"attempt":99}},"client":{"app_title":"t"}}']
)
def test_the_handler_gets_its_own_context_and_the_mark(original):
    context = json.loads(with_mark(original, row(attempt=2, run="run-1")))
    assert context["custom"].pop("maintenanceReplay") == {
        "originalRequestId": "r-1",
        "deferredAt": "2027-01-15T07:59:59.000Z",
        "attempt": 2,
        "run": "run-1",
    }
    assert context == ({"custom": {"own": 1}, "client": {"app_title": "t"}} if original and original.startswith("{") else {"custom": {}})


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ('{"custom":{"maintenanceReplay":{},"own":1}}', '{"custom":{"own":1}}'),
        ('{"custom":{"maintenance\\u0052eplay":{}}}', '{"custom":{}}'),
        ('{"custom" : {"own":1.10}}', '{"custom" : {"own":1.10}}'),
        ('{"custom":"maintenanceReplay"}', '{"custom":"maintenanceReplay"}'),
        ("no JSON maintenanceReplay", "no JSON maintenanceReplay"),
    ],
)
def test_a_forged_mark_is_taken_away_and_nothing_else(given, seen):
    assert without_mark(given) == seen


@pytest.mark.parametrize("custom", ["text", None, [1]])
def test_a_custom_part_that_is_not_an_object_gives_way_to_the_mark(custom):
    context = json.loads(with_mark(json.dumps({"custom": custom, "client": 2}), row()))
    assert (list(context["custom"]), context["client"]) == (["maintenanceReplay"], 2)
