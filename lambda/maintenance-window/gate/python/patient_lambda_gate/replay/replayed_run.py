"""A replayed event while its handler runs: takes what the client would post, writes the outcome first, then answers the replayer's invocation.

What succeeded is answered with the handler's own result, which nobody reads but the function's destination; what did not is no error to Lambda,
and no result: its event runs again.
"""

from __future__ import annotations

import json

import patient_lambda_contract as contract

from patient_lambda_gate.held.sources import Source, parse
from patient_lambda_gate.held.table import StoreError
from patient_lambda_gate.quiet.errors import ReplayStoreFailed
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.step import Fail, Reply, Step
from patient_lambda_gate.replay.outcome import Outcome, outcome_of_error, outcome_of_result
from patient_lambda_gate.replay.replays import Refused, Replays, Run

ANSWER = contract.load("maintenance-window/replay")["answer"]
MOST_BYTES: int = ANSWER["mostBytes"]


def replay_answer(status: str, request_id: str) -> Reply:
    """What the replayer's invocation is answered."""
    return Reply(json.dumps({ANSWER["key"]: {"status": status, "requestId": request_id}}).encode())


class ReplayedRun:
    """A started run: ``event`` is what the handler got, ``until`` epoch milliseconds after which the store is not tried any more."""

    def __init__(self, replays: Replays, run: Run, source: Source, event: bytes, reporter: Reporter, until: float) -> None:
        self._replays = replays
        self._run = run
        self._source = source
        self._event = event
        self._reporter = reporter
        self._until = until

    def succeeded(self, result: bytes | str) -> Step:
        """The handler returned this JSON text."""
        return self.settle(outcome_of_result(self._source, parse(self._event) if "batch" in self._source else None, result), result)

    def failed(self, error: bytes | str) -> Step:
        """The handler failed, or could not be loaded, with this error. Answered normally: Lambda's own retries must not add attempts."""
        return self.settle(outcome_of_error(error))

    def settle(self, outcome: Outcome, result: bytes | str | None = None) -> Step:
        """Writes an outcome, and says what to answer. ``result``: the handler's own."""
        reporter, request_id = self._reporter, self._run.row["requestId"]
        try:
            state = self._replays.finish(self._run, outcome, self._until)
        except Refused as refused:
            reporter.count("replayRefused")
            reporter.log(f"the outcome {outcome.status} of {request_id} was not written: {refused}")
            return replay_answer("REFUSED", request_id)
        except StoreError as error:
            message = f"the outcome of {request_id} could not be written: {error}"
            reporter.count("storeFailed")
            reporter.log(message)
            return Fail(ReplayStoreFailed(message))
        reporter.count("replayed" if outcome.status == "DONE" else "replayFailed")
        if state == "QUARANTINED":
            reporter.count("quarantined")
        return Reply(result) if outcome.status == "DONE" and result is not None and _is_taken(result) else replay_answer(outcome.status, request_id)


def _is_taken(result: bytes | str) -> bool:
    """Whether Lambda takes a result as a response. One that is too large, or that no UTF-8 can say, ran all the same."""
    try:
        return len(result if isinstance(result, bytes) else result.encode()) <= MOST_BYTES
    except UnicodeEncodeError:
        return False
