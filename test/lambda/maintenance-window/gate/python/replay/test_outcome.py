"""What a replayed run's result means for its row. Vectors are those that TypeScript runs."""

import json

import pytest
from contract_files import SOURCES, contract_file
from patient_lambda_gate.replay import outcome

REPLAY = contract_file("maintenance-window/replay")


@pytest.mark.parametrize("vector", REPLAY["successVectors"], ids=lambda vector: f"{vector['source']} {vector['result']}")
def test_success_by_source(vector):
    source = SOURCES[vector["source"]]
    records = [{"messageId": name, "kinesis": {"sequenceNumber": name}, "dynamodb": {"SequenceNumber": name}} for name in vector.get("ids", [])]
    event = {"Records": records}
    found = outcome.outcome_of_result(source, event, vector["result"])
    assert (found.status, found.only) == (vector["outcome"], vector.get("only"))


def test_ids_of_streams_are_sequence_numbers():
    event = {"Records": [{"kinesis": {"sequenceNumber": "1"}}, {"kinesis": {"sequenceNumber": "2"}}]}
    found = outcome.outcome_of_result(SOURCES["kinesis"], event, b'{"batchItemFailures":[{"itemIdentifier":"2"}]}')
    assert (found.status, found.only) == ("PARTIAL", ["2"])


def test_more_failed_items_than_a_row_can_name_fail_the_whole_batch():
    names = [f"{number:036d}" for number in range(9_000)]
    event = {"Records": [{"messageId": name} for name in names]}
    result = json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in names]})
    found = outcome.outcome_of_result(SOURCES["sqs"], event, result)
    assert (found.status, found.only) == ("FAILED", None)


def test_a_pipes_batch_is_the_event_itself_and_everything_from_what_failed_runs_again():
    messages = [{"messageId": name, "eventSource": "aws:sqs"} for name in "abc"]
    records = [{"eventID": name, "eventSource": "aws:kinesis"} for name in "12"]

    def outcome_of(event, failures):
        found = outcome.outcome_of_result(SOURCES["pipe"], event, json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in failures]}))
        return found.status, found.only

    assert outcome_of(messages, "b") == ("PARTIAL", ["b", "c"])
    assert outcome_of(records, "2") == ("PARTIAL", ["2"])
    assert outcome_of(records, "b") == ("FAILED", None)
    assert outcome_of(records, "") == ("DONE", None)
    assert json.loads(outcome.with_only(SOURCES["pipe"], json.dumps(messages).encode(), ["b", "c"])) == messages[1:]
    assert outcome.with_only(SOURCES["pipe"], b'{"Records":[]}', ["b"]) is None


@pytest.mark.parametrize(("error", "kind"), [(b'{"errorType":"E","errorMessage":"m"}', "E"), ("no JSON", "Unknown"), ("[]", "Unknown")])
def test_the_outcome_of_an_error_is_what_the_client_reports(error, kind):
    found = outcome.outcome_of_error(error)
    assert (found.status, found.error_type) == ("FAILED", kind)


def test_only_items_that_are_still_to_run_reach_the_handler():
    body = b'{"Records":[{"messageId":"a","body":"\\ud800","n":12345678901234567890},{"messageId":"b","n":1.5}],"x":1}'
    assert json.loads(outcome.with_only(SOURCES["sqs"], body, ["b"])) == {"Records": [{"messageId": "b", "n": 1.5}], "x": 1}
    assert b"12345678901234567890" in outcome.with_only(SOURCES["sqs"], body, ["a"]) and b"\\ud800" in outcome.with_only(SOURCES["sqs"], body, ["a"])
    assert outcome.with_only(SOURCES["s3"], body, ["a"]) is None
    assert outcome.with_only(SOURCES["sqs"], b'{"Records":{}}', ["a"]) is None


@pytest.mark.parametrize(("more", "status"), [(0, "PARTIAL"), (1, "FAILED")])
def test_more_failed_items_than_a_row_can_name_run_again_as_a_whole(more, status):
    most = contract_file("maintenance-window/store")["limits"]["onlyBytes"]["value"]
    ids = [f"{number:096d}" for number in range(most // 100)] + ["x"] * more
    event = {"Records": [{"messageId": name} for name in ids]}
    result = json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in ids]})
    assert outcome.outcome_of_result(SOURCES["sqs"], event, result).status == status


@pytest.mark.parametrize("status", [500, 502.5, 1e300, "500", "0500", "9" * 5000])
def test_a_status_is_a_json_number_or_text_of_decimal_digits(status):
    found = outcome.outcome_of_result(SOURCES["alb"], None, json.dumps({"statusCode": status}))
    assert (found.status, found.error_type, found.error_message) == ("FAILED", "HttpServerError", f"the handler answered with status {status}")


@pytest.mark.parametrize(
    "status",
    ["0x1F4", [502], "5_00", " 500", "500 ", "5e2", "500.0", "+500", "-500", "", "\u0665\u0660\u0660", "Infinity", True, None, {}, 499, "499", -500],
)
def test_what_else_a_number_can_be_read_from_is_not_a_status(status):
    assert outcome.outcome_of_result(SOURCES["alb"], None, json.dumps({"statusCode": status})).status == "DONE"


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [('{"errorType":"TypeError","errorMessage":"m","trace":[]}', "TypeError", "m"), ("{}", "Unknown", ""), ("no json", "Unknown", "")],
)
def test_an_error_as_it_is_posted(error, kind, message):
    found = outcome.outcome_of_error(error)
    assert (found.status, found.error_type, found.error_message, found.only) == ("FAILED", kind, message, None)


def test_a_batch_keeps_the_items_that_are_still_to_run_in_order():
    body = b'{"Records":[{"kinesis":{"sequenceNumber":"1"}},{"kinesis":{"sequenceNumber":"2"}},null],"other":1}'
    left = outcome.with_only(SOURCES["kinesis"], body, ["2"])
    assert json.loads(left) == {"Records": [{"kinesis": {"sequenceNumber": "2"}}], "other": 1}


def test_a_message_is_cut_at_whole_characters():
    most = contract_file("maintenance-window/store")["limits"]["errorMessageCharacters"]["value"]
    assert outcome.clipped("\U0001f6e0" * (most + 1)) == "\U0001f6e0" * most
