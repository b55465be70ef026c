"""Which deferred events stand for one another: the same rule in their rows. lambda/contract/maintenance-window/coalescing.json."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python.taken import Digest, Packing

from patient_lambda_gate.held import sources
from patient_lambda_gate.quiet.invocation import Invocation
from patient_lambda_gate.quiet.settings import Settings

SCHEDULED = "scheduled"  # the source whose events are ticks of a rule
URL_SAFE = str.maketrans("+/", "-_")
DIGEST_CHARACTERS: int = contract.load("maintenance-window/coalescing")["tickInputs"]["digestCharacters"]["value"]


def input_rule(settings: Settings, invocation: Invocation) -> str | None:
    """The rule of an event whose bytes are the input of a schedule that synth has seen, None for any other."""
    if not settings.tick_inputs or not _is_bytes_alone(invocation):
        return None
    digest = Digest.of(invocation.body)
    short = Packing.base64(bytes.fromhex(digest)).translate(URL_SAFE)[:DIGEST_CHARACTERS]
    return f"input:{digest}" if short in settings.tick_inputs else None


def rule_of(source: str, source_ids: list[str], settings: Settings, invocation: Invocation) -> str | None:
    """The rule that an event's row gets, by its source's name and the source's own ids in it."""
    if source == SCHEDULED:
        return source_ids[0] if source_ids else None
    if source == sources.DIRECT and settings.coalesce_by == "PAYLOAD" and _is_bytes_alone(invocation):
        return f"payload:{Digest.of(invocation.body)}"
    return None


def _is_bytes_alone(invocation: Invocation) -> bool:
    """Who sends something beside the bytes may mean another thing by the same ones."""
    return not (invocation.client_context or invocation.identity or invocation.tenant_id)
