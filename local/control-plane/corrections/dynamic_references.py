"""Correction: on AWS secure dynamic references stay literal in custom-resource properties; the emulator puts the secret itself into the event.

CloudFormation resolves `ssm` there, but passes `secretsmanager` and `ssm-secure` on as text: custom resources can't take secure values.
Can go when the emulator leaves both literal in resources that have a ServiceToken.
"""

from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

SECURE = ("secretsmanager", "ssm-secure")
# Hides a reference from the emulator's pattern, which wants "{{resolve:" and a service of lower-case letters
_VEIL = "\x00"


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place("ministack.services.cloudformation.stacks:_resolve_dynamic_references", _with_secure_literal)


def _with_secure_literal(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(value: Any, previous: dict | None = None, reuse_ssm: bool = False, reuse_secrets: bool = False) -> Any:
        if not (isinstance(value, dict) and "ServiceToken" in value):
            return original(value, previous, reuse_ssm=reuse_ssm, reuse_secrets=reuse_secrets)
        resolved, found = original(_map_text(value, _veil), previous, reuse_ssm=reuse_ssm, reuse_secrets=reuse_secrets)
        return _map_text(resolved, _unveil), found

    return resolve


def _veil(text: str) -> str:
    for service in SECURE:
        text = text.replace(f"{{{{resolve:{service}:", f"{{{{{_VEIL}resolve:{service}:")
    return text


def _unveil(text: str) -> str:
    return text.replace(f"{{{{{_VEIL}resolve:", "{{resolve:")


def _map_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map_text(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _map_text(item, change) for key, item in value.items()}
    return value
