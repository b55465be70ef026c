"""What is kept of an event beside its bytes. lambda/contract/maintenance-window/store.json."""

from __future__ import annotations

import patient_lambda_contract as contract

from patient_lambda_gate.held.items import list_bytes
from patient_lambda_gate.quiet.invocation import Invocation
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.replay.mark import without_mark
from patient_lambda_gate.store.body import LIMITS
from patient_lambda_gate.window.decision import Decision

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.store.row import Envelope

SCHEMA: int = contract.load("maintenance-window/store")["envelope"]["schema"]["value"]


def envelope_of(settings: Settings, invocation: Invocation, source_ids: list[str], operator_version: int | None, decision: Decision) -> Envelope:
    """The envelope of an invocation that a window holds; what there is not is left out."""
    context = invocation.client_context
    members = {
        "schema": SCHEMA,
        "functionArn": invocation.arn,
        "functionVersion": settings.function_version,
        "sourceIds": capped(source_ids) or None,
        "clientContext": None if context is None else without_mark(context),
        "identity": invocation.identity,
        "tenantId": invocation.tenant_id,
        "traceId": invocation.trace_id,
        "operatorParameter": settings.operator_parameter,
        "plannedParameter": settings.planned_parameter,
        "operatorVersion": operator_version,
        "cacheTtl": settings.cache_ttl // 1000,
        "leadTime": settings.lead_time // 1000,
        "until": decision.until,
        "reason": decision.reason,
    }
    envelope: Any = {name: value for name, value in members.items() if value is not None}
    return envelope  # type: ignore[no-any-return]


def capped(source_ids: list[str]) -> list[str]:
    """As many of a source's ids as the row may name: it must stay below DynamoDB's item limit with the body beside them."""
    ids = source_ids[: LIMITS["mostSourceIds"]]
    while list_bytes(ids) > LIMITS["sourceIdsBytes"]:
        ids = ids[: len(ids) // 2]
    return ids
