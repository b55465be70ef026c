"""Signing, endpoints, credentials and repeats."""

import json

import pytest
from fake_services import DROP, HANG, Clock, failing, wall_clock
from patient_lambda_aws.client import AwsClient, AwsError
from patient_lambda_aws.credentials import CredentialsError, CredentialSource
from patient_lambda_aws.endpoints import endpoint_url
from patient_lambda_aws.sign import Credentials, signed_headers
from patient_lambda_aws.transport import Transport


def test_a_signature_is_the_one_that_awss_own_sdk_makes():
    """Made with botocore 1.44's SigV4Auth for the same request."""
    headers = signed_headers(
        "https://ssm.us-east-1.amazonaws.com",
        {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameters"},
        b'{"Names":["/w"]}',
        "ssm",
        "us-east-1",
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token"),
        1_440_938_160_000,
    )
    assert headers["x-amz-date"] == "20150830T123600Z"
    assert headers["authorization"] == SIGNED


SIGNED = ", ".join(
    [
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/ssm/aws4_request",
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
        "Signature=e238091538e4866326a53722bcdcadd04487a5c157844a26cdcd321a7d1441bc",
    ]
)


@pytest.mark.parametrize(
    ("service", "region", "variables", "url"),
    [
        ("ssm", "eu-central-1", {}, "https://ssm.eu-central-1.amazonaws.com"),
        ("dynamodb", "cn-north-1", {}, "https://dynamodb.cn-north-1.amazonaws.com.cn"),
        ("sqs", "us-gov-west-1", {}, "https://sqs.us-gov-west-1.amazonaws.com"),
        ("ssm", "us-gov-west-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "https://ssm.us-gov-west-1.amazonaws.com"),
        ("dynamodb", "us-gov-west-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "https://dynamodb.us-gov-west-1.amazonaws.com"),
        ("ssm", "us-iso-east-1", {}, "https://ssm.us-iso-east-1.c2s.ic.gov"),
        ("ssm", "us-isob-east-1", {}, "https://ssm.us-isob-east-1.sc2s.sgov.gov"),
        ("ssm", "eusc-de-east-1", {}, "https://ssm.eusc-de-east-1.amazonaws.eu"),
        ("dynamodb", "us-east-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "https://dynamodb-fips.us-east-1.amazonaws.com"),
        ("dynamodb", "us-east-1", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://dynamodb.us-east-1.api.aws"),
        ("ssm", "us-east-1", {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "TRUE"}, "https://ssm-fips.us-east-1.api.aws"),
        ("ssm", "us-east-1", {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_SSM": "http://b"}, "http://b"),
        ("sqs", "us-east-1", {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_SSM": "http://b"}, "http://a"),
        ("sqs", "us-east-1", {"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "https://sqs.us-east-1.amazonaws.com"),
    ],
)
def test_endpoint(service, region, variables, url):
    assert endpoint_url(service, region, variables) == url


def keys(number: int, expires: str) -> dict:
    return {"AccessKeyId": f"AK{number}", "SecretAccessKey": "s", "Token": "t", "Expiration": expires}


def source(server, environment: dict, answers: list, clock) -> tuple:
    service = server(lambda *_: answers.pop(0))
    variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url + "/role", **environment}
    return CredentialSource(variables, Transport({}), clock), service


def test_keys_of_the_environment_come_first(server):
    made, service = source(server, {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}, [], Clock())
    assert (made.get(1).key_id, service.requests) == ("A", [])


def test_keys_of_the_container_are_fetched_once_and_again_before_they_expire(server):
    clock = Clock(1_800_000_000_000)  # 2027-01-15T08:00:00Z
    made, service = source(
        server,
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret-token"},
        [(200, keys(1, "2027-01-15T09:00:00Z")), (200, keys(2, "2027-01-15T10:00:00.123Z"))],
        clock,
    )
    assert [made.get(1).key_id, made.get(1).key_id] == ["AK1", "AK1"]
    clock.now += 55 * 60_000 + 1
    assert made.get(1).key_id == "AK2"
    assert [headers["authorization"] for _, _, headers, _ in service.requests] == ["secret-token"] * 2


def test_a_refresh_that_fails_leaves_keys_that_still_hold(server):
    clock = Clock(1_800_000_000_000)
    made, _ = source(server, {}, [(200, keys(1, "2027-01-15T09:00:00Z")), (500, {}), (500, {})], clock)
    made.get(1)
    clock.now += 56 * 60_000
    assert made.get(1).key_id == "AK1"
    clock.now += 5 * 60_000
    with pytest.raises(CredentialsError, match="answered 500"):
        made.get(1)


def test_the_token_file_is_read_for_each_refresh(server, tmp_path):
    file = tmp_path / "token"
    file.write_text("first\n")
    clock = Clock(1_800_000_000_000)
    made, service = source(server, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}, [(200, keys(1, "2027-01-15T08:01:00Z"))] * 2, clock)
    made.get(1)
    file.write_text("second\n")
    made.get(1)
    assert [headers["authorization"] for _, _, headers, _ in service.requests] == ["first", "second"]


@pytest.mark.parametrize(
    "answer", [(200, b""), (200, b"[]"), (200, {"AccessKeyId": "x"}), (404, {}), DROP], ids=["empty", "list", "half", "404", "dropped"]
)
def test_bad_answers_of_the_container_are_an_error(server, answer):
    made, _ = source(server, {}, [answer], Clock())
    with pytest.raises(CredentialsError, match="container's credentials endpoint"):
        made.get(0.5)


def test_no_keys_at_all_is_an_error_that_names_both_sources():
    with pytest.raises(CredentialsError, match="AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        CredentialSource({}, Transport({}), Clock()).get(1)


def client(server, environment, answers: list) -> AwsClient:
    service = server(lambda *_: answers.pop(0) if len(answers) > 1 else answers[0])
    return AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, wall_clock)


@pytest.mark.parametrize(
    "fault",
    [
        failing(400, "ProvisionedThroughputExceededException"),
        failing(400, "ThrottlingException"),
        failing(500, "InternalServerError"),
        (503, b"<html>"),
        (429, {}),
        DROP,
        (200, b""),
        (200, b"[]"),
        (200, b"{", 100),
    ],
    ids=["throughput", "throttling", "500", "503", "429", "dropped", "empty", "no object", "truncated"],
)
def test_what_passes_is_tried_again(server, environment, fault):
    assert client(server, environment, [fault, (200, {"Item": 1})]).call("dynamodb", "GetItem", {}, wall_clock() + 3000) == {"Item": 1}


def test_what_does_not_pass_is_not_tried_again(server, environment):
    answers = [failing(400, "AccessDeniedException"), (200, {})]
    with pytest.raises(AwsError, match="AccessDeniedException: because"):
        client(server, environment, answers).call("dynamodb", "GetItem", {}, wall_clock() + 3000)
    assert len(answers) == 1


def test_the_last_failure_is_reported_when_time_is_over(server, environment):
    clock = Clock()

    def throttled(*_):
        clock.now += 1_000
        return failing(400, "ThrottlingException")

    service = server(throttled)
    with pytest.raises(AwsError, match="ThrottlingException"):
        AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, clock).call("dynamodb", "GetItem", {}, clock.now + 2_500)
    assert len(service.requests) == 3


def test_a_service_that_hangs_leaves_time_for_another_attempt(server, environment):
    assert client(server, environment, [HANG, (200, {"Item": 1})]).call("dynamodb", "GetItem", {}, wall_clock() + 2_000) == {"Item": 1}


def test_nothing_is_sent_without_time(server, environment):
    service = server(lambda *_: (200, {}))
    with pytest.raises(AwsError, match="NoTimeLeft"):
        AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, wall_clock).call("dynamodb", "PutItem", {}, wall_clock() - 1)
    assert service.requests == []


def test_requests_carry_the_session_token_and_the_target(server, environment):
    service = server(lambda *_: (200, {}))
    AwsClient({**environment, "AWS_ENDPOINT_URL": service.url}, wall_clock).call_once("ssm", "GetParameters", {"Names": ["é"]}, 1)
    operation, body, headers, path = service.requests[0]
    assert (operation, json.loads(body), path) == ("GetParameters", {"Names": ["é"]}, "/")
    assert (headers["x-amz-security-token"], headers["content-type"]) == ("token", "application/x-amz-json-1.1")
