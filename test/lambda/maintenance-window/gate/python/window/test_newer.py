"""Which of two states of a parameter is the newer."""

import pytest
from contract_files import contract_file
from patient_lambda_gate.window.newer import is_newer
from windows import ms


@pytest.mark.parametrize("vector", contract_file("maintenance-window/mirror")["newerVectors"], ids=lambda vector: vector["name"])
def test_newer(vector):
    a, b = ((ms(vector[name]["modified"]), vector[name]["version"]) for name in ("a", "b"))
    assert is_newer(a, b) is vector["aIsNewer"]
