"""Errors of the gate. Their type names are contract: sources, state machines and alarms match them."""

import patient_lambda_contract as contract

NAMES = contract.load("names")["errors"]


class GateNotAttached(Exception):
    """The gate cannot stand in front of the handler, so nothing may run."""


def typed(name: str, message: str) -> Exception:
    """An error that the client reports under the contract's name for it, for example ``windowActive``."""
    return type(NAMES[name], (Exception,), {})(message)
