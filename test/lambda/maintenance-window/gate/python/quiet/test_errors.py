"""Types that sources, state machines and alarms match."""

from contract_files import contract_file
from patient_lambda_gate.quiet import errors
from patient_lambda_gate.quiet.errors import GateError


def test_each_of_the_contracts_errors_has_a_class_of_its_name_and_no_other_has():
    assert {kind.__name__ for kind in GateError.__subclasses__()} == set(contract_file("names")["errors"].values())
    assert all(getattr(errors, name) for name in contract_file("names")["errors"].values())
