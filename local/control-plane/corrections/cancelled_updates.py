"""Correction: on AWS CancelUpdateStack cancels the request to a custom resource that is under way: nobody waits for its answer any more, and the
stack rolls back at once. The emulator waits for the answer first.

Can go when the emulator's CancelUpdateStack ends a custom resource's wait and gives the rollback its reason.
"""

from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

ACTION = "CancelUpdateStack"
REQUESTED = "_cancel_requested"  # the emulator's mark on the stack
REASON = "User Initiated"  # of the rollback


def install(custom_resources: CustomResources) -> None:
    from ministack.services.cloudformation import handlers

    if ACTION not in handlers._ACTION_HANDLERS:
        raise doors.DoorMoved(f"the emulator's CloudFormation has no {ACTION}")
    original = handlers._ACTION_HANDLERS[ACTION]

    def cancel_update(params: Any) -> Any:
        answer = original(params)
        stack = handlers._resolve_stack(handlers._p(params, "StackName"))
        if stack and stack.get(REQUESTED):
            custom_resources.cancel(stack["StackId"])
        return answer

    handlers._ACTION_HANDLERS[ACTION] = cancel_update
    doors.put_in_place("ministack.services.cloudformation.stacks:_roll_back_operation", _with_reason)


def _with_reason(original: Callable[..., Any]) -> Callable[..., Any]:
    async def roll_back(stack_name: str, stack_id: str, stack: dict, operation: dict, reason_override: str = "") -> Any:
        reason = REASON if stack.pop(REQUESTED, False) else reason_override
        return await original(stack_name, stack_id, stack, operation, reason)

    return roll_back
