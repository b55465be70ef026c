"""Stand in for the client's own connection to the Runtime API, one invocation long."""

import json

from patient_lambda_gate.held.table import StoreError
from patient_lambda_gate.quiet.errors import NAMES
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.replay.outcome import Outcome, of_error, of_result
from patient_lambda_gate.replay.replay import Refused, Replayer, Run, answer

JSON = "application/json"


class Raw:
    """A marshaller that leaves bytes alone."""

    @staticmethod
    def unmarshal_request(request, content_type=JSON):
        return None

    @staticmethod
    def marshal_response(response):
        return response, JSON


class AnsweringClient:
    """Posts what the gate answers, byte for byte, whatever marshaller the function has."""

    marshaller = Raw()

    def __init__(self, client) -> None:
        self._client = client

    def __getattr__(self, name: str):
        return getattr(self._client, name)


class ReplayClient:
    """Writes a run's outcome before it posts it. A failed run is a normal response: Lambda's own retries must not add attempts."""

    def __init__(self, client, replayer: Replayer, run: Run, source: dict, event: object, reporter: Reporter, until: float) -> None:
        self._client = client
        self._replayer = replayer
        self._run = run
        self._source = source
        self._event = event
        self._reporter = reporter
        self._until = until

    def __getattr__(self, name: str):
        return getattr(self._client, name)

    def post_invocation_result(self, invoke_id, result_data, content_type=JSON, *more, **named):
        self._finish(of_result(self._source, self._event, result_data), invoke_id, more, named)

    def post_invocation_error(self, invoke_id, error_response_data, xray_fault, *more, **named):
        self._finish(of_error(error_response_data), invoke_id, more, named)

    def _finish(self, outcome: Outcome, invoke_id: str, more: tuple, named: dict) -> None:
        request_id = self._run.row["requestId"]
        try:
            status = settle(self._replayer, self._run, outcome, self._reporter, self._until)
        except StoreError as error:
            self._reporter.count("storeFailed")
            failure = {
                "errorMessage": f"the outcome of {request_id} could not be written: {error}",
                "errorType": NAMES["replayStoreFailed"],
                "stackTrace": [],
            }
            self._reporter.log(failure["errorMessage"])
            self._client.post_invocation_error(invoke_id, json.dumps(failure), "", *more, **named)
            return
        self._client.post_invocation_result(invoke_id, answer(status, request_id), JSON, *more, **named)


def settle(replayer: Replayer, run: Run, outcome: Outcome, reporter: Reporter, until: float) -> str:
    """Writes the outcome, counts it, and gives the status to answer. Raises StoreError."""
    try:
        state = replayer.finish(run, outcome, until)
    except Refused as refused:
        reporter.count("replayRefused")
        reporter.log(f"the outcome {outcome.status} of {run.row['requestId']} was not written: {refused}")
        return "REFUSED"
    reporter.count("replayed" if outcome.status == "DONE" else "replayFailed")
    if state == "QUARANTINED":
        reporter.count("quarantined")
    return outcome.status
