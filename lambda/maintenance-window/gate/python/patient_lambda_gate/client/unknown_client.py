"""A client that is not one of those that the gate can be attached to, and whether the function may run without its gate then."""

from __future__ import annotations

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.errors import UnknownClient

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from patient_lambda_gate.quiet.report import Reporter
    from patient_lambda_gate.quiet.settings import Settings


def unknown_client(what: str) -> UnknownClient:
    """The error of such a client."""
    tested = contract.load("maintenance-window/clients")["python"]
    clients = ", ".join(release["client"] for release in tested["releases"])
    return UnknownClient(f"{what}. Update the library or pin the runtime's version; this release is tested with {tested['client']} {clients}.")


def runs_without_gate(error: Exception, settings: Settings, reporter: Reporter) -> bool:
    """Whether the function runs all the same, which operators hear of."""
    if not isinstance(error, UnknownClient) or settings.on_unknown_client != "RUN":
        return False
    reporter.log(f"the function runs without its gate, as onUnknownClient is RUN: {error}")
    reporter.count("gateMissing")
    return True
