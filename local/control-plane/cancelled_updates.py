"""CancelUpdateStack cancels the request to a custom resource that is under way, as on AWS: nobody waits for its answer any more,
the stack rolls back at once. The emulator would wait for the answer first.
"""

from collections.abc import Callable
from typing import Any

import doors

ACTION = "CancelUpdateStack"
REQUESTED = "_cancel_requested"  # the emulator's mark on the stack
REASON = "User Initiated"  # of the rollback


class CancelledUpdates:
    def __init__(self, cancel: Callable[[str], None]) -> None:
        """`cancel(stack id)`: the stack's requests that wait for an answer fail."""
        self._cancel = cancel

    def install(self) -> None:
        from ministack.services.cloudformation import handlers

        if ACTION not in handlers._ACTION_HANDLERS:
            raise doors.DoorMoved(f"the emulator's CloudFormation has no {ACTION}")
        original = handlers._ACTION_HANDLERS[ACTION]

        def cancel_update(params: Any) -> Any:
            answer = original(params)
            stack = handlers._resolve_stack(handlers._p(params, "StackName"))
            if stack and stack.get(REQUESTED):
                self._cancel(stack["StackId"])
            return answer

        handlers._ACTION_HANDLERS[ACTION] = cancel_update
        doors.put_in_place("ministack.services.cloudformation.stacks:_roll_back_operation", self._with_reason)

    def _with_reason(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def roll_back(stack_name: str, stack_id: str, stack: dict, operation: dict, reason_override: str = "") -> Any:
            reason = REASON if stack.pop(REQUESTED, False) else reason_override
            return await original(stack_name, stack_id, stack, operation, reason)

        return roll_back
