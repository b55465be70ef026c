"""What the gate's tests share."""

import pytest
from fake_dynamo import FakeDynamo
from world import Recorder, World


@pytest.fixture
def dynamo(server):
    fake = FakeDynamo()
    fake.server = server(fake.answer)
    return fake


@pytest.fixture
def reporter():
    return Recorder()


@pytest.fixture
def world(environment, dynamo, reporter):
    """Makes a World whose window reads as given."""
    return lambda *answers, **variables: World(environment, dynamo, reporter, answers, variables)
