"""Correction: on AWS a template sets a function's reserved concurrency and what becomes of its recursive loops; the emulator takes both by API alone.

Can go when the emulator's AWS::Lambda::Function reads ReservedConcurrentExecutions and RecursiveLoop.
"""

from typing import Any

import doors
from custom_resources import CustomResources

TYPE = "AWS::Lambda::Function"


def install(_custom_resources: CustomResources) -> None:
    from ministack.services import lambda_svc

    handlers = doors.resource_handlers(TYPE, {"create", "update", "update_with_logical_id", "delete", "import"})
    create, update = handlers["create"], handlers["update"]

    def updated(physical_id: str, old_props: dict, new_props: dict, stack_name: str, logical_id: str | None = None) -> tuple[str, dict[str, Any]]:
        return _set(lambda_svc._functions, new_props, update(physical_id, old_props, new_props, stack_name, logical_id))

    handlers["create"] = lambda logical_id, props, stack_name: _set(lambda_svc._functions, props, create(logical_id, props, stack_name))
    handlers["update"] = updated


def _set(functions: Any, props: dict[str, Any], made: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    reserved = props.get("ReservedConcurrentExecutions")
    functions[made[0]].update(concurrency=None if reserved is None else int(reserved), recursive_loop=props.get("RecursiveLoop") or "Terminate")
    return made
