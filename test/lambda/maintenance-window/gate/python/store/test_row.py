"""A row's attributes, and which rows are kept."""

import typing

import pytest
from contract_files import contract_file
from patient_lambda_gate.store.row import Envelope, Row, is_kept

STORE = contract_file("maintenance-window/store")


def test_attributes_are_the_contracts():
    assert set(typing.get_type_hints(Row)) == set(STORE["attributes"])
    assert set(typing.get_type_hints(Envelope)) == set(STORE["envelope"])


@pytest.mark.parametrize("state", [*STORE["states"], "OTHER", None])
def test_what_is_past_writing_is_kept(state):
    assert is_kept({} if state is None else {"state": state}) is (state in STORE["states"] and state != "WRITING")
