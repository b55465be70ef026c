"""Where the keys to sign with come from."""

import pytest
from fake_services import Clock
from patient_lambda_aws.credentials import CredentialsError, credential_source
from patient_lambda_aws.transport import Transport


def test_keys_of_the_environment_come_first(server):
    service = server(lambda *_: (500, {}))
    environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url, "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}
    made = credential_source(environment, Transport({}), Clock())
    assert (made(1000).key_id, service.requests) == ("A", [])


def test_no_keys_at_all_is_an_error_that_names_both_sources():
    with pytest.raises(CredentialsError, match="AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        credential_source({}, Transport({}), Clock())(1000)


def test_keys_of_the_environment_are_those_of_the_start():
    environment = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}
    made = credential_source(environment, Transport({}), Clock())
    environment["AWS_ACCESS_KEY_ID"] = "another role's"
    assert made(1000).key_id == "A"


@pytest.mark.parametrize("half", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_the_container_is_asked_where_the_environment_has_no_whole_key(server, half):
    service = server(lambda *_: (200, {"AccessKeyId": "AK", "SecretAccessKey": "s"}))
    made = credential_source({"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url, half: "A"}, Transport({}), Clock())
    assert made(1000).key_id == "AK"
