"""What both languages agree on, as data: the JSON files that lie beside this folder in the layer."""

from __future__ import annotations

import functools
import json
import os

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

DIRECTORY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "contract")


@functools.cache
def load(name: str) -> dict[str, Any]:
    """The contract file of this name, for example ``maintenance-window/sources``, read once."""
    with open(os.path.join(DIRECTORY, name + ".json"), encoding="utf-8") as file:
        contract: dict[str, Any] = json.load(file)
    return contract
