"""What both languages agree on, as data: the JSON files that lie beside this folder in the layer."""

from __future__ import annotations

import os

from patient_lambda_python import json
from patient_lambda_python.taken import Files

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

DIRECTORY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "contract")

_LOADED: dict[str, dict[str, Any]] = {}


def load(name: str) -> dict[str, Any]:
    """The contract file of this name, for example ``maintenance-window/sources``, read once."""
    contract = _LOADED.get(name)
    if contract is None:
        contract = _LOADED[name] = json.loads(Files.read(os.path.join(DIRECTORY, name + ".json")))
    return contract
