"""Whether an invocation's response is streamed. What the stream is: vectors, in test_answers.py."""

import pytest
from contract_files import SOURCES
from patient_lambda_gate.held.streaming import is_streamed

ARN = "arn:aws:lambda:us-east-1:000000000000:function:fn"


@pytest.mark.parametrize(
    ("name", "arn", "qualifiers", "expected"),
    [
        ("function-url", ARN, ["$LATEST"], True),
        ("function-url", f"{ARN}:$LATEST", ["$LATEST"], True),
        ("function-url", f"{ARN}:live", ["$LATEST"], False),
        ("function-url", f"{ARN}:live", ["$LATEST", "live"], True),
        ("function-url", f"{ARN}:live2", ["live"], False),
        ("function-url", ARN, ["live"], False),
        ("api-gateway-rest", f"{ARN}:12", ["$VERSION"], True),
        ("api-gateway-rest", ARN, ["$VERSION"], False),
        ("api-gateway-rest", f"{ARN}:v12", ["$VERSION"], False),
        ("api-gateway-http", ARN, ["$LATEST"], False),
    ],
)
def test_by_source_and_qualifier(name, arn, qualifiers, expected):
    source = "function-url" if name == "api-gateway-http" else name
    assert is_streamed({source: qualifiers}, SOURCES[name], arn) is expected
