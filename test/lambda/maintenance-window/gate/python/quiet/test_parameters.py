"""Parameter Store's faults, over the wire."""

import json

import pytest
from fake_services import DROP, HANG, failing, wall_clock
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.quiet.parameters import read_parameters
from patient_lambda_gate.quiet.reading import ReadFailed
from patient_lambda_gate.quiet.settings import Settings


def parameters(*values, **more) -> tuple:
    return 200, {"Parameters": [{"Name": name, "Value": value, "Version": 4, "LastModifiedDate": 1.5} for name, value in values], **more}


AUTO = parameters(("/w/operator", "auto"))


@pytest.fixture
def reader(server, environment):
    def made(*answers, **variables):
        left = list(answers)
        service = server(lambda *_: left.pop(0) if len(left) > 1 else left[0])
        variables = {**environment, "AWS_ENDPOINT_URL_SSM": service.url, **variables}
        client, settings = AwsClient(variables, wall_clock), Settings(variables)
        return lambda budget, **more: read_parameters(client, settings, budget, **more), service

    return made


def test_one_call_reads_both_parameters(reader):
    read, service = reader(
        parameters(("/w/planned", "until 2027-06-01T00:00Z"), ("/w/operator", "on # x")), PATIENT_LAMBDA_PLANNED_PARAMETER="/w/planned"
    )
    found = read(2000)
    assert (found.operator.mode, found.operator.reason, found.version, found.last_modified, found.planned_failure) == ("on", "x", 4, 1500, None)
    assert found.planned is not None
    assert [json.loads(body) for _, body, _, _ in service.requests] == [{"Names": ["/w/operator", "/w/planned"]}]


FAULTS = {
    "denied": (failing(400, "AccessDeniedException"), "AccessDeniedException"),
    "no list": ((200, {"Parameters": {}}), "answered without Parameters"),
    "deleted": (parameters(InvalidParameters=["/w/operator"]), "parameter /w/operator does not exist"),
    "malformed": (parameters(("/w/operator", "yes please")), "/w/operator cannot be read, does not match the grammar (syntax): 'yes please'"),
    "no such day": (parameters(("/w/operator", "on-until 2027-02-30T00:00Z")), "(timestamp): 'on-until 2027-02-30T00:00Z'"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_failed_read_that_names_the_cause_at_once(reader, name):
    answer, cause = FAULTS[name]
    read, service = reader(answer)
    with pytest.raises(ReadFailed) as raised:
        read(2000)
    assert cause in str(raised.value)
    assert len(service.requests) == 1


PASSING = {
    "throttled": (failing(400, "ThrottlingException"), "ThrottlingException"),
    "internal error": (failing(500, "InternalServerError"), "InternalServerError"),
    "a page instead": ((503, b"<html>no</html>"), "HTTP 503"),
    "empty": ((200, b""), "0 bytes that are not a JSON object"),
    "not JSON": ((200, b"<html>"), "6 bytes that are not a JSON object"),
    "truncated": ((200, b'{"Parameters":[', 400), "NetworkError"),
    "dropped": (DROP, "NetworkError"),
    "hanging": (HANG, "timed out"),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_may_pass_is_asked_again_to_the_end_of_the_budget(reader, name):
    answer, cause = PASSING[name]
    read, service = reader(answer)
    with pytest.raises(ReadFailed) as raised:
        read(700)
    assert cause in str(raised.value)
    assert len(service.requests) >= 2


def test_a_service_that_throttles_for_the_better_part_of_the_budget_is_read(reader):
    throttled = failing(400, "ThrottlingException")
    read, service = reader(throttled, throttled, throttled, AUTO)
    assert read(2000).operator.mode == "auto"
    assert len(service.requests) == 4


@pytest.mark.parametrize("fault", [DROP, HANG, (200, b""), failing(400, "ThrottlingException")], ids=["dropped", "hanging", "empty", "throttled"])
def test_what_fails_once_is_read_over_a_fresh_connection(reader, fault):
    read, service = reader(fault, AUTO)
    assert read(1000).operator.mode == "auto"
    assert service.connections == 2


@pytest.mark.parametrize("name", PASSING)
def test_what_is_read_once_is_not_asked_again(reader, name):
    answer, cause = PASSING[name]
    read, service = reader(answer, AUTO)
    with pytest.raises(ReadFailed) as raised:
        read(200, once=True)
    assert cause in str(raised.value)
    assert len(service.requests) == 1


def test_a_time_is_whole_milliseconds_as_the_mirror_has_it(reader):
    parameter = {"Name": "/w/operator", "Value": "on", "Version": 4, "LastModifiedDate": 1799546400.12345}
    read, _ = reader((200, {"Parameters": [parameter]}))
    assert read(2000).last_modified == 1_799_546_400_123


@pytest.mark.parametrize(
    ("value", "cause"),
    [(None, "does not exist"), ("until never", "cannot be read, does not match the grammar (syntax)")],
    ids=["deleted", "malformed"],
)
def test_a_planned_parameter_that_cannot_be_read_does_not_fail_the_operators(reader, value, cause):
    values = [("/w/operator", "on")] + ([("/w/planned", value)] if value else [])
    read, _ = reader(parameters(*values), PATIENT_LAMBDA_PLANNED_PARAMETER="/w/planned")
    found = read(2000)
    assert (found.operator.mode, found.planned) == ("on", None)
    assert f"parameter /w/planned {cause}" in found.planned_failure
