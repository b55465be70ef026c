"""`Ref` of a secret is its ARN, as on AWS; the emulator gives its name."""

from typing import Any

import doors

TYPE = "AWS::SecretsManager::Secret"


def install() -> None:
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    if set(handlers) != {"create", "update", "update_with_logical_id", "delete"}:
        raise doors.DoorMoved(f"the emulator's handlers of {TYPE} are now {sorted(handlers)}")
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
