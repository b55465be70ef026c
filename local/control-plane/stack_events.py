"""A resource that an update adds has CREATE events, as on AWS; the emulator gives it UPDATE events."""
from collections.abc import Callable
from typing import Any

import doors

DOOR = "ministack.services.cloudformation.stacks:_add_event"
BEGINS, ENDS = "UPDATE_IN_PROGRESS", ("UPDATE_COMPLETE", "UPDATE_FAILED")


def install() -> None:
    doors.put_in_place(DOOR, _as_created)


def _as_created(original: Callable[..., Any]) -> Callable[..., Any]:
    from ministack.services.cloudformation import _stacks

    being_created: set[tuple[str, str]] = set()

    def add(stack_id: str, stack_name: str, logical_id: str, resource_type: str, status: str,
            reason: str = "", physical_id: str = "", detailed_status: str = "") -> Any:
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
