"""What the gate imports of Python: nothing that user code could be taken for, once user code can be found."""

import ast
import pathlib
import sys

import pytest

LAMBDA = pathlib.Path(__file__).resolve().parents[3] / "lambda"
GATE = LAMBDA / "maintenance-window/gate/python"
FOLDERS = [GATE / "patient_lambda_gate", LAMBDA / "aws/python", LAMBDA / "contract/python", LAMBDA / "python"]
OWN = ("patient_lambda_", "awslambdaric")
BOOT = ast.parse((GATE / "boot.py").read_text())
KEPT_APART = next(ast.literal_eval(node.value) for node in BOOT.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "KEPT_APART")
# What every interpreter or the client itself has loaded before user code can be found.
ALWAYS = {"__future__", "_thread", "functools", "importlib", "io", "os", "re", "sys", "time"}
LATE_ROOMS = {"held", "replay", "store"}
LATE_FILES = {"fallback", "http_options", "json_variables", "known_window", "lines", "parameters", "plan", "read_failures"}


def imports(tree):
    """The modules that are imported when the code runs, wherever it says so."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
        else:
            yield from imports(node)


def files():
    for folder in FOLDERS:
        yield from folder.rglob("*.py")


def foreign(file):
    return {name.partition(".")[0] for name in imports(ast.parse(file.read_text()))} - {"__future__"}


@pytest.mark.parametrize("file", [file for file in files() if file.name != "runtime_client.py"], ids=lambda file: str(file.relative_to(LAMBDA)))
def test_what_starts_with_the_process_is_loaded_already_or_kept_apart(file):
    names = {name for name in foreign(file) if not name.startswith(OWN)}
    assert names <= ALWAYS | set(KEPT_APART)


@pytest.mark.parametrize(
    "file", [file for file in files() if file.stem in LATE_FILES or any(room in file.parts for room in LATE_ROOMS)], ids=lambda file: file.stem
)
def test_what_a_window_loads_needs_nothing_but_what_is_there(file):
    assert {name for name in foreign(file) if not name.startswith("patient_lambda_")} == set()


def test_what_is_kept_apart_is_of_the_standard_library():
    assert set(KEPT_APART) <= sys.stdlib_module_names
