"""A row's attributes, and which rows are kept."""

import ast
import pathlib

import pytest
from contract_files import contract_file
from patient_lambda_gate.store import row
from patient_lambda_gate.store.row import is_kept

STORE = contract_file("maintenance-window/store")


def members(name):
    """Of a class that is there for type checks alone."""
    classes = [node for node in ast.walk(ast.parse(pathlib.Path(row.__file__).read_text())) if isinstance(node, ast.ClassDef) and node.name == name]
    return {member.target.id for member in classes[0].body if isinstance(member, ast.AnnAssign)}


def test_attributes_are_the_contracts():
    assert members("Row") == set(STORE["attributes"])
    assert members("Envelope") == set(STORE["envelope"])


@pytest.mark.parametrize("state", [*STORE["states"], "OTHER", None])
def test_what_is_past_writing_is_kept(state):
    assert is_kept({} if state is None else {"state": state}) is (state in STORE["states"] and state != "WRITING")
