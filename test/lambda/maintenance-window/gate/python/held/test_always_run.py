"""Which HTTP requests run although a window is on. Vectors are those that TypeScript runs."""

import pytest
from contract_files import contract_file
from patient_lambda_gate.held.always_run import always_runs
from patient_lambda_gate.held.sources import detect


@pytest.mark.parametrize("vector", contract_file("maintenance-window/sources.vectors")["alwaysRunVectors"], ids=lambda vector: vector["name"])
def test_a_request_that_always_runs(vector):
    assert always_runs(vector["alwaysRun"], detect(vector["event"]), vector["event"]) is vector["runs"]
