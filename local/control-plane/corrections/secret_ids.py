"""Correction: on AWS `Ref` of a secret is its ARN; the emulator gives its name.

Can go when the emulator makes the ARN the physical id of AWS::SecretsManager::Secret.
"""

from typing import Any

import doors
from custom_resources import CustomResources

TYPE = "AWS::SecretsManager::Secret"


def install(_custom_resources: CustomResources) -> None:
    handlers = doors.resource_handlers(TYPE, {"create", "update", "update_with_logical_id", "delete"})
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def by_arn(physical_id: str, attributes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return attributes["Arn"], attributes

    def updated(physical_id: str, old_props: dict, new_props: dict, stack_name: str, logical_id: str | None = None) -> tuple[str, dict[str, Any]]:
        return by_arn(*update(_name(physical_id), old_props, new_props, stack_name, logical_id))

    handlers["create"] = lambda logical_id, props, stack_name: by_arn(*create(logical_id, props, stack_name))
    handlers["update"] = updated
    handlers["delete"] = lambda physical_id, props: delete(_name(physical_id), props)


def _name(arn: str) -> str:
    """The secret's name: its ARN ends in the name, a hyphen and six characters."""
    return arn.partition(":secret:")[2][:-7] if arn.startswith("arn:") else arn
