"""Makes the layer's package importable from its source, with the contract read from where it is kept."""

import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[5]
sys.dont_write_bytecode = True
for folder in ("lambda/maintenance-window/gate/python", "lambda/aws/python", "lambda/contract/python"):
    sys.path.insert(0, str(ROOT / folder))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import patient_lambda_contract as contract  # noqa: E402

contract.DIRECTORY = str(ROOT / "lambda/contract")  # where the gate runs, it lies beside it in the layer

from fake_services import FakeDynamo, JsonServer, Recorder  # noqa: E402


def contract_file(name: str) -> dict:
    """A contract file with its vectors."""
    return json.loads((ROOT / f"lambda/contract/{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """Repeats are what is tested, not how long they wait."""
    from patient_lambda_aws import client as aws

    monkeypatch.setattr(aws, "FIRST_PAUSE_SECONDS", 0.001)


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
def dynamo(server):
    fake = FakeDynamo()
    fake.server = server(fake.answer)
    return fake


@pytest.fixture
def reporter():
    return Recorder()


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


@pytest.fixture
def world(environment, dynamo, reporter):
    """Makes a World whose window reads as given."""
    from world import World

    return lambda *answers, **variables: World(environment, dynamo, reporter, answers, variables)
