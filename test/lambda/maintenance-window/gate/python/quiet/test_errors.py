"""Types that sources, state machines and alarms match."""

from contract_files import contract_file
from patient_lambda_gate.quiet import errors
from patient_lambda_gate.quiet.errors import GateError


def test_each_of_the_contracts_errors_has_a_class_of_its_name_and_no_other_has():
    assert {kind.__name__ for kind in GateError.__subclasses__()} == set(contract_file("names")["errors"].values())
    assert all(getattr(errors, name) for name in contract_file("names")["errors"].values())


def test_a_message_can_be_written_whatever_an_event_holds():
    assert str(errors.EventNotStored("ä \ud800 \U0001f600")) == "ä \\ud800 \U0001f600"
    assert str(errors.GateNotAttached("plain")) == "plain"


def test_where_an_error_came_from_is_told_without_the_code():
    try:
        raise KeyError("here")
    except KeyError as error:
        told = errors.traced(error).splitlines()
    assert told[-1] == "KeyError: 'here'"
    assert told[0].startswith(f"  {__file__}, line ") and told[0].endswith("in test_where_an_error_came_from_is_told_without_the_code")
