"""Signatures."""

from patient_lambda_aws.credentials import Credentials
from patient_lambda_aws.sign import signed_headers


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
