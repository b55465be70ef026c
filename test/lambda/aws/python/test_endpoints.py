"""Where the services are."""

import pytest
from patient_lambda_aws.endpoints import endpoint_url


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
