"""The contract as it is kept, with its vectors."""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[5]


def contract_file(name: str) -> dict:
    """A contract file with its vectors."""
    return json.loads((ROOT / f"lambda/contract/{name}.json").read_text(encoding="utf-8"))


SOURCES = {source["name"]: source for source in contract_file("maintenance-window/sources")["sources"]}
