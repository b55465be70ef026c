"""Correction: on AWS a custom resource whose Create failed gets a Delete when its stack rolls back or is deleted; the emulator forgets it.

Its id is the one from the FAILED answer; without an answer that counts, CloudFormation invents one of the form <stack>-<logical id>-<suffix>.
Can go when the emulator deletes what failed to be created.
"""

import threading
from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

STACKS = "ministack.services.cloudformation.stacks"


def install(custom_resources: CustomResources) -> None:
    failed = FailedCreates()
    doors.put_in_place(f"{STACKS}:_roll_back_operation", failed.before_rollback)
    doors.put_in_place(f"{STACKS}:_delete_stack_async", failed.before_delete)
    custom_resources.on_create_failed(failed.note)


class FailedCreates:
    """Notes what failed, and hands it to the emulator's rollback and deletion as if it had been made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_stack: dict[str, dict[str, dict[str, Any]]] = {}

    def note(self, stack_id: str, stack_name: str, logical_id: str, resource_type: str, props: dict, physical_id: str | None) -> None:
        from ministack.core.responses import new_uuid

        invented = f"{stack_name}-{logical_id}-{new_uuid().replace('-', '').upper()[:13]}"
        with self._lock:
            self._by_stack.setdefault(stack_id, {})[logical_id] = {
                "PhysicalResourceId": physical_id or invented,
                "ResourceType": resource_type,
                "ResourceStatus": "CREATE_FAILED",
                "LogicalResourceId": logical_id,
                "Properties": props,
                "Attributes": {},
            }

    def _take(self, stack_id: str) -> dict[str, dict[str, Any]]:
        with self._lock:
            return self._by_stack.pop(stack_id, {})

    def before_rollback(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def roll_back(stack_name: str, stack_id: str, stack: dict, operation: dict, reason_override: str = "") -> Any:
            for logical_id, record in self._take(stack_id).items():
                stack.setdefault("_resources", {})[logical_id] = record
                operation.setdefault("created", []).append(logical_id)
            return await original(stack_name, stack_id, stack, operation, reason_override)

        return roll_back

    def before_delete(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def delete(stack_name: str, stack_id: str, retain_resources: Any = (), force: bool = False) -> Any:
            from ministack.services.cloudformation import _stacks

            stack = _stacks.get(stack_name)
            if stack is not None:
                for logical_id, record in self._take(stack_id).items():
                    stack.setdefault("_resources", {}).setdefault(logical_id, record)
            return await original(stack_name, stack_id, retain_resources, force=force)

        return delete
