"""The mirror's item, and DynamoDB's faults over the wire."""

import json

import pytest
from contract_files import contract_file
from fake_services import DROP, HANG, failing, wall_clock
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.quiet.mirror import mirror_table, read_item, read_mirror
from patient_lambda_gate.quiet.reading import ReadFailed
from patient_lambda_gate.window.value import parse_operator, parse_planned
from windows import ms

CONTRACT = contract_file("maintenance-window/mirror")
NAME = "/cdk-patient-lambda/windows/s/w/operator"
TABLE = "cdk-patient-lambda-windows-s"
ITEM = CONTRACT["readVectors"][0]["item"]


@pytest.mark.parametrize("vector", CONTRACT["tableVectors"], ids=lambda vector: vector["operatorParameter"])
def test_the_table_of_a_parameter(vector):
    assert mirror_table(vector["operatorParameter"]) == vector["table"]


@pytest.mark.parametrize("name", ["", "/cdk-patient-lambda/windows/", "s//operator", "/w/operator", "s/w/planned", "s/w/operator/", "//operator"])
def test_what_only_looks_like_a_windows_parameter_has_no_table(name):
    assert mirror_table(f"/cdk-patient-lambda/windows/{name}") is None


@pytest.mark.parametrize("vector", CONTRACT["readVectors"], ids=lambda vector: vector["name"])
def test_an_item_is_read_as_the_contract_says(vector):
    if "failure" in vector:
        with pytest.raises(ReadFailed) as raised:
            read_item(vector["item"], vector["planned"])
        assert vector["failure"] in str(raised.value)
        return
    mirrored, expected = read_item(vector["item"], vector["planned"]), vector["read"]
    found = mirrored.reading
    assert vars(found.operator) == vars(parse_operator(expected["operator"]))
    assert (found.version, found.last_modified, mirrored.checked_at) == (
        expected["version"],
        ms(expected["lastModified"]),
        ms(expected["checkedAt"]),
    )
    assert (found.planned and vars(found.planned)) == (expected["planned"] and vars(parse_planned(expected["planned"])))
    assert (found.planned_failure, found.stale) == (None, None)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"operator": {"N": "1"}}, "has no operator"),
        ({"operator": "on"}, "has no operator"),
        ({"operator": {"S": "yes"}}, "has a value of operator that cannot be read, does not match the grammar (syntax): 'yes'"),
        ({"operatorVersion": {"N": 7}}, "has no number operatorVersion"),
        ({"operatorVersion": {"N": "seven"}}, "has no number operatorVersion"),
        ({"operatorVersion": {"N": "inf"}}, "has no number operatorVersion"),
        ({"operatorModified": {"N": "nan"}}, "has no number operatorModified"),
        ({"checkedAt": {"N": "-1"}}, "has no number checkedAt"),
    ],
)
def test_an_item_that_cannot_be_read_is_named_with_the_attribute(change, cause):
    with pytest.raises(ReadFailed) as raised:
        read_item({**ITEM, **change}, False)
    assert str(raised.value) == cause


@pytest.mark.parametrize("item", [{}, [], "item"])
def test_what_is_not_an_item_is_none(item):
    with pytest.raises(ReadFailed, match="^has no item of this window: the planner makes it within a minute$"):
        read_item(item, False)


@pytest.fixture
def reader(server, environment):
    def made(*answers):
        left = list(answers)
        service = server(lambda *_: left.pop(0) if len(left) > 1 else left[0])
        client = AwsClient({**environment, "AWS_ENDPOINT_URL_DYNAMODB": service.url}, wall_clock)
        return lambda budget: read_mirror(client, TABLE, NAME, False, budget, False), service

    return made


def test_one_consistent_call_reads_the_item(reader):
    read, service = reader((200, {"Item": ITEM}))
    assert read(2000).reading.operator.reason == "db"
    assert [(operation, json.loads(body)) for operation, body, _, _ in service.requests] == [
        ("GetItem", {"TableName": TABLE, "Key": {CONTRACT["key"]: {"S": NAME}}, "ConsistentRead": True})
    ]


FAULTS = {
    "no item": ((200, {}), f"the mirror {TABLE} has no item of this window"),
    "malformed": ((200, {"Item": {**ITEM, "checkedAt": {"S": "now"}}}), f"the mirror {TABLE} has no number checkedAt"),
    "no table": (failing(400, "ResourceNotFoundException"), "dynamodb:GetItem failed, ResourceNotFoundException: because"),
    "denied": (failing(400, "AccessDeniedException"), "dynamodb:GetItem failed, AccessDeniedException: because"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_pass_is_a_failed_read_at_once(reader, name):
    answer, cause = FAULTS[name]
    read, service = reader(answer)
    with pytest.raises(ReadFailed) as raised:
        read(2000)
    assert str(raised.value).startswith(cause)
    assert len(service.requests) == 1


PASSING = {
    "throttled": failing(400, "ProvisionedThroughputExceededException"),
    "internal error": failing(500, "InternalServerError"),
    "dropped": DROP,
    "hanging": HANG,
}


@pytest.mark.parametrize("name", PASSING)
def test_what_may_pass_is_asked_again_within_the_budget(reader, name):
    read, service = reader(PASSING[name])
    with pytest.raises(ReadFailed, match="^dynamodb:GetItem failed, "):
        read(400)
    assert len(service.requests) >= 2
    read, service = reader(PASSING[name], (200, {"Item": ITEM}))
    assert read(2000).reading.operator.mode == "on"
