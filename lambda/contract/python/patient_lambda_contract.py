"""What both languages agree on, as data: the JSON files that lie beside this folder in the layer."""

import functools
import json
import os

DIRECTORY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "contract")


@functools.cache
def load(name: str) -> dict:
    """The contract file of this name, for example ``maintenance-window/sources``, read once."""
    with open(os.path.join(DIRECTORY, name + ".json"), encoding="utf-8") as file:
        return json.load(file)
