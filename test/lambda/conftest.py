"""The Python that runs in Lambda, with the contract read from where it is kept; what its tests share."""

import pathlib
import sys

sys.dont_write_bytecode = True

import patient_lambda_contract as contract  # noqa: E402
import pytest  # noqa: E402

contract.DIRECTORY = str(pathlib.Path(__file__).resolve().parents[2] / "lambda/contract")  # where the gate runs, it lies beside it in the layer

from fake_services import JsonServer  # noqa: E402


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """Repeats are what is tested, not how long they wait."""
    from patient_lambda_aws import repeats

    monkeypatch.setattr(repeats, "FIRST_PAUSE", 1)


@pytest.fixture
def server():
    """Starts loopback JSON services; all are gone afterwards."""
    servers = []

    def start(answer) -> JsonServer:
        servers.append(JsonServer(answer))
        return servers[-1]

    yield start
    for running in servers:
        running.close()


@pytest.fixture
def environment():
    """What the construct and Lambda set."""
    return {
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        "AWS_LAMBDA_FUNCTION_VERSION": "7",
        "PATIENT_LAMBDA_OPERATOR_PARAMETER": "/w/operator",
        "PATIENT_LAMBDA_TABLE": "events",
        "PATIENT_LAMBDA_FUNCTION_KEY": "fn",
        "PATIENT_LAMBDA_CACHE_TTL": "30",
    }
