"""Keys of the container endpoint, and when they are fetched anew."""

import pytest
from fake_services import DROP, Clock
from patient_lambda_aws.container_credentials import ContainerCredentials
from patient_lambda_aws.credentials import CredentialsError
from patient_lambda_aws.transport import Transport


def keys(number: int, expires: str) -> dict:
    return {"AccessKeyId": f"AK{number}", "SecretAccessKey": "s", "Token": "t", "Expiration": expires}


def source(server, environment: dict, answers: list, clock) -> tuple:
    service = server(lambda *_: answers.pop(0))
    variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url + "/role", **environment}
    return ContainerCredentials(variables, Transport({}), clock), service


def test_keys_of_the_container_are_fetched_once_and_again_before_they_expire(server):
    clock = Clock(1_800_000_000_000)  # 2027-01-15T08:00:00Z
    made, service = source(
        server,
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret-token"},
        [(200, keys(1, "2027-01-15T09:00:00Z")), (200, keys(2, "2027-01-15T10:00:00.123Z"))],
        clock,
    )
    assert [made.get(1000).key_id, made.get(1000).key_id] == ["AK1", "AK1"]
    clock.now += 55 * 60_000 + 1
    assert made.get(1000).key_id == "AK2"
    assert [headers["authorization"] for _, _, headers, _ in service.requests] == ["secret-token"] * 2


def test_a_refresh_that_fails_leaves_keys_that_still_hold(server):
    clock = Clock(1_800_000_000_000)
    made, _ = source(server, {}, [(200, keys(1, "2027-01-15T09:00:00Z")), (500, {}), (500, {})], clock)
    made.get(1000)
    clock.now += 56 * 60_000
    assert made.get(1000).key_id == "AK1"
    clock.now += 5 * 60_000
    with pytest.raises(CredentialsError, match="answered 500"):
        made.get(1000)


def test_the_token_file_is_read_for_each_refresh(server, tmp_path):
    file = tmp_path / "token"
    file.write_text("first\n")
    clock = Clock(1_800_000_000_000)
    made, service = source(server, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}, [(200, keys(1, "2027-01-15T08:01:00Z"))] * 2, clock)
    made.get(1000)
    file.write_text("second\n")
    made.get(1000)
    assert [headers["authorization"] for _, _, headers, _ in service.requests] == ["first", "second"]


@pytest.mark.parametrize(
    "answer", [(200, b""), (200, b"[]"), (200, {"AccessKeyId": "x"}), (404, {}), DROP], ids=["empty", "list", "half", "404", "dropped"]
)
def test_bad_answers_of_the_container_are_an_error(server, answer):
    made, _ = source(server, {}, [answer], Clock())
    with pytest.raises(CredentialsError, match="container's credentials endpoint"):
        made.get(500)


def test_the_container_is_asked_where_the_environment_said_at_the_start(server):
    service = server(lambda *_: (200, keys(1, "2027-01-15T09:00:00Z")))
    environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}
    made = ContainerCredentials(environment, Transport({}), Clock())
    environment.clear()
    assert made.get(1000).key_id == "AK1"
