"""What an event of CloudFormation's shape is."""

import pytest
from contract_files import contract_file
from patient_lambda_gate.held.cloudformation_request import is_answered_elsewhere, kind_of

RULES = contract_file("cloudformation/requests")
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f:live"
REQUEST = {"ResponseURL": "https://a.b/c", "StackId": "s"}


def properties(token):
    return {} if token is None else {"ServiceToken": token}


@pytest.mark.parametrize("vector", RULES["kindVectors"], ids=lambda vector: vector["name"])
def test_the_kind_of_a_request(vector):
    assert kind_of({**REQUEST, **vector["members"], "ResourceProperties": properties(vector["token"])}, FUNCTION) == vector["kind"]


def test_every_kind_has_a_vector():
    assert {vector["kind"] for vector in RULES["kindVectors"]} == set(RULES["kinds"])


@pytest.mark.parametrize(
    "vector", contract_file("cloudformation/answer")["tokenVectors"], ids=lambda vector: f"{vector['token']} in {vector['function']}"
)
def test_who_answers(vector):
    request = {**REQUEST, "RequestType": "Create", "ResourceProperties": properties(vector["token"])}
    assert is_answered_elsewhere(request, vector["function"]) is vector["elsewhere"]
