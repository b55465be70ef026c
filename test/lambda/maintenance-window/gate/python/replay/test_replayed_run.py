"""A started run: what its end means, and what is answered."""

import json

import pytest
from contract_files import SOURCES
from patient_lambda_gate.held.table import StoreError
from patient_lambda_gate.quiet.errors import ReplayStoreFailed
from patient_lambda_gate.quiet.step import Fail, Reply
from patient_lambda_gate.replay.replayed_run import ReplayedRun, replay_answer
from patient_lambda_gate.replay.replays import Refused, Run
from rows import REPLAY, row


class Replays:
    """Ends every run as told; remembers outcomes."""

    def __init__(self, ending) -> None:
        self.ending = ending
        self.outcomes = []

    def finish(self, run, outcome, until):
        assert (run.row["requestId"], until) == ("r-1", 5)
        self.outcomes.append(outcome)
        if isinstance(self.ending, Exception):
            raise self.ending
        return self.ending


BATCH = b'{"Records":[{"messageId":"a"},{"messageId":"b"}]}'
MOST = REPLAY["answer"]["mostBytes"]
FAILED_ITEM = b'{"batchItemFailures":[{"itemIdentifier":"b"}]}'


def run(ending, reporter, source="direct", event=b"{}") -> tuple:
    replays = Replays(ending)
    return ReplayedRun(replays, Run(row(), "n"), SOURCES[source], event, reporter, 5), replays


def test_the_answer_is_the_contracts():
    assert json.loads(replay_answer("DONE", "r-1").body) == {REPLAY["answer"]["key"]: {"status": "DONE", "requestId": "r-1"}}


@pytest.mark.parametrize(
    ("ending", "source", "event", "result", "status", "metrics"),
    [
        ("PENDING", "api-gateway-rest", b"{}", '{"statusCode":502}', "FAILED", ["replayFailed"]),
        ("PENDING", "sqs", BATCH, FAILED_ITEM, "PARTIAL", ["replayFailed"]),
        ("QUARANTINED", "sqs", BATCH, FAILED_ITEM, "PARTIAL", ["replayFailed", "quarantined"]),
        ("PENDING", "sqs", b"\xff", FAILED_ITEM, "FAILED", ["replayFailed"]),
    ],
)
def test_a_result_is_judged_by_the_event_that_the_handler_got(reporter, ending, source, event, result, status, metrics):
    replay, replays = run(ending, reporter, source, event)
    step = replay.succeeded(result)
    assert (replays.outcomes[0].status, step.body, reporter.metrics) == (status, replay_answer(status, "r-1").body, metrics)


@pytest.mark.parametrize(
    "result", ['{"own":1}', b"\xff\xfe", "a" * MOST, ("ä" * (MOST // 2)).encode()], ids=["JSON", "no text", "largest", "largest bytes"]
)
def test_success_is_answered_with_the_handlers_own_result(reporter, result):
    replay, replays = run("DONE", reporter)
    assert replay.succeeded(result).body is result
    assert (replays.outcomes[0].status, reporter.metrics) == ("DONE", ["replayed"])


@pytest.mark.parametrize("result", ["a" * (MOST + 1), "ä" * (MOST // 2 + 1), '"\ud800"'], ids=["too large", "too large in UTF-8", "not UTF-8"])
def test_a_result_that_lambda_would_not_take_ran_all_the_same(reporter, result):
    replay, replays = run("DONE", reporter)
    assert replay.succeeded(result).body == replay_answer("DONE", "r-1").body
    assert (replays.outcomes[0].status, reporter.metrics) == ("DONE", ["replayed"])


def test_a_failure_is_answered_normally(reporter):
    replay, replays = run("PENDING", reporter)
    step = replay.failed('{"errorType":"E","errorMessage":"m"}')
    assert isinstance(step, Reply) and b'"FAILED"' in step.body
    assert (replays.outcomes[0].error_type, replays.outcomes[0].error_message) == ("E", "m")


def test_a_run_that_lost_its_lease_is_refused(reporter):
    replay, _ = run(Refused("the run lost its lease"), reporter)
    assert replay.succeeded("null").body == replay_answer("REFUSED", "r-1").body
    assert (reporter.metrics, reporter.lines) == (["replayRefused"], ["the outcome DONE of r-1 was not written: the run lost its lease"])


def test_an_outcome_that_the_store_does_not_take_is_an_error(reporter):
    replay, _ = run(StoreError("denied"), reporter)
    step = replay.succeeded("null")
    assert isinstance(step, Fail) and isinstance(step.error, ReplayStoreFailed)
    assert (str(step.error), reporter.metrics, reporter.lines) == (
        "the outcome of r-1 could not be written: denied",
        ["storeFailed"],
        ["the outcome of r-1 could not be written: denied"],
    )
