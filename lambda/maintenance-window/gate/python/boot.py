"""What the wrapper starts instead of the runtime's bootstrap.py: attaches the gate to the runtime's own client, then executes that file.

It is executed in this module's namespace, which is ``__main__``: tracing tools look there for the client.
"""

import os
import sys
import types

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable

# What the gate uses and the client may not: whoever imports it later gets what it would get without the gate, a file of the user's as well.
KEPT_APART = ("_hashlib", "_json", "_socket", "_ssl", "binascii", "zlib")


def _refuse(message: str) -> None:
    """Ends the init phase with an error: nothing runs unprotected."""
    from patient_lambda_gate.client.refusal import refuse

    refuse(message)


def _start() -> "Callable[[], None]":
    """Loads what starts with the process: from the gate's folder and the standard library's alone, for PYTHONPATH may name the user's.

    What is imported later is found through the packages that are there by then; see patient_lambda_python for what they use of Python.
    """
    path, there, writes_none = sys.path, set(sys.modules), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # a layer cannot be written to, and each file would try
    library = os.path.dirname(os.__file__)
    sys.path = [path[0], *(folder for folder in path[1:] if folder == library or os.path.basename(folder) == "lib-dynload")]
    try:
        from patient_lambda_gate.client.start import start
    finally:
        sys.path = path
        sys.dont_write_bytecode = writes_none
    for name in KEPT_APART:
        if name not in there:
            del sys.modules[name]
    return start


def _attach() -> str:
    """Attaches the gate; the path of the runtime's bootstrap.py."""
    if len(sys.argv) < 2 or not os.path.isfile(sys.argv[1]):
        _refuse(f"the runtime was to be started with the arguments {sys.argv[1:]}, of which the first should be its bootstrap.py")
    del sys.argv[0]
    start = _start()
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))  # as if the interpreter had been started with bootstrap.py
    try:
        start()
    except Exception as error:
        from patient_lambda_gate.quiet.errors import GateNotAttached

        if not isinstance(error, GateNotAttached):
            raise
        _refuse(str(error))
    return sys.argv[0]


def _bootstrap_code(path: str) -> types.CodeType:
    with open(path, "rb") as file:
        return compile(file.read(), path, "exec")


if __name__ == "__main__":
    exec(_bootstrap_code(_attach()))
