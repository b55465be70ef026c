"""One invocation as the client hands it over, and what the gate reads from it."""

from __future__ import annotations

import os

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.errors import GateNotAttached

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.client.runtime_client import Handler, RuntimeClient

TENANT = "tenant_id"
STORE_RESERVE: int = contract.load("maintenance-window/timing")["storeReserve"]["value"]


class RawInvocation:
    """The arguments of the client's ``handle_event_request``; ``more`` and ``named`` are those that newer clients added."""

    def __init__(
        self,
        client: RuntimeClient,
        handler: Handler,
        request_id: str,
        body: bytes | str,
        content_type: Any,
        client_context: str | None,
        identity: str | None,
        arn: str,
        deadline: Any,
        more: tuple[Any, ...] = (),
        named: dict[str, Any] | None = None,
    ) -> None:
        self.client = client
        self.handler = handler
        self.request_id = request_id
        self.body = body
        self.content_type = content_type
        self.client_context = client_context
        self.identity = identity
        self.arn = arn
        self.deadline = deadline
        self.more = more
        self.named = named or {}


class Invocation:
    """One invocation, read from what the client hands over. ``deadline`` in epoch milliseconds."""

    def __init__(self, raw: RawInvocation, body: bytes, deadline: float, tenant_id: str | None, trace_id: str | None) -> None:
        self.raw = raw
        self.body = body
        self.request_id = raw.request_id
        self.deadline = deadline
        self.arn = raw.arn
        self.client_context = raw.client_context or None
        self.identity = raw.identity or None
        self.tenant_id = tenant_id
        self.trace_id = trace_id


def read_invocation(raw: RawInvocation, more_names: tuple[str, ...]) -> Invocation:
    """``more_names`` are those of the parameters that newer clients added. Raises GateNotAttached when it has another shape."""
    try:
        deadline = float(raw.deadline)
    except (TypeError, ValueError):
        raise GateNotAttached("the runtime's client hands over invocations without a deadline where it is expected") from None
    return Invocation(raw, body_bytes(raw.body), deadline, _tenant(raw, more_names), os.environ.get("_X_AMZN_TRACE_ID") or None)


def with_content(raw: RawInvocation, body: bytes | str, client_context: str | None, identity: str | None) -> RawInvocation:
    """The same invocation with another event, client context and identity."""
    return RawInvocation(
        raw.client, raw.handler, raw.request_id, body, raw.content_type, client_context, identity, raw.arn, raw.deadline, raw.more, raw.named
    )


def store_until(invocation: Invocation) -> float:
    """Epoch milliseconds until which the store may be tried: the answer has to be posted after that."""
    return invocation.deadline - STORE_RESERVE


def body_bytes(body: bytes | str) -> bytes:
    """The event as it came: clients hand over either."""
    return body if isinstance(body, bytes) else body.encode("utf-8")


def _tenant(raw: RawInvocation, more_names: tuple[str, ...]) -> str | None:
    """The tenant of a function with tenant isolation, from clients that know it."""
    if TENANT in raw.named:
        tenant = raw.named[TENANT]
    else:
        position = more_names.index(TENANT) if TENANT in more_names else len(raw.more)
        tenant = raw.more[position] if position < len(raw.more) else None
    return tenant or None
