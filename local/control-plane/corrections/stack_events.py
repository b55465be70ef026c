"""Correction: on AWS an update says what it adds and what it cleans up; the emulator tells neither.

A resource that an update adds has CREATE events; the emulator gives it UPDATE events. While it deletes what it replaced or removed, the stack is
UPDATE_COMPLETE_CLEANUP_IN_PROGRESS and each deletion has its events; the emulator stays UPDATE_IN_PROGRESS and silent.
Can go when the emulator's events and stack status of an update are those.
"""

from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

STACKS = "ministack.services.cloudformation.stacks"
STACK = "AWS::CloudFormation::Stack"
CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
BEGINS, ENDS = "UPDATE_IN_PROGRESS", ("UPDATE_COMPLETE", "UPDATE_FAILED")


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place(f"{STACKS}:_add_event", _as_created)
    doors.put_in_place(f"{STACKS}:_delete_resource", _as_cleanup)


def _as_created(original: Callable[..., Any]) -> Callable[..., Any]:
    from ministack.services.cloudformation import _stacks

    being_created: set[tuple[str, str]] = set()

    def add(
        stack_id: str,
        stack_name: str,
        logical_id: str,
        resource_type: str,
        status: str,
        reason: str = "",
        physical_id: str = "",
        detailed_status: str = "",
    ) -> Any:
        resource = (stack_id, logical_id)
        known = (_stacks.get(stack_name) or {}).get("_resources", {})
        if status == BEGINS and logical_id not in known and logical_id != stack_name:
            being_created.add(resource)
        if resource in being_created and status in (BEGINS, *ENDS):
            if status in ENDS:
                being_created.discard(resource)
            status = status.replace("UPDATE", "CREATE")
        return original(stack_id, stack_name, logical_id, resource_type, status, reason, physical_id, detailed_status)

    return add


def _as_cleanup(original: Callable[..., Any]) -> Callable[..., Any]:
    from ministack.services.cloudformation import _stacks, stacks

    def delete(resource_type: str, physical_id: str, props: dict, stack_name: str | None = None, logical_id: str | None = None) -> Any:
        stack = _stacks.get(stack_name) if stack_name else None
        if stack is None or stack["StackStatus"] not in (BEGINS, CLEANUP):
            return original(resource_type, physical_id, props, stack_name, logical_id)
        stack_id = stack["StackId"]
        if stack["StackStatus"] == BEGINS:
            stack["StackStatus"] = CLEANUP
            stacks._add_event(stack_id, stack_name, stack_name, STACK, CLEANUP, physical_id=stack_id)
        stacks._add_event(stack_id, stack_name, logical_id, resource_type, "DELETE_IN_PROGRESS", physical_id=physical_id)
        result = original(resource_type, physical_id, props, stack_name, logical_id)
        stacks._add_event(stack_id, stack_name, logical_id, resource_type, "DELETE_COMPLETE", physical_id=physical_id)
        return result

    return delete
