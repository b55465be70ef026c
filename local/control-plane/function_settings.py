"""Reserved concurrency and recursive loops of a template's function; the emulator takes both by API alone."""

from typing import Any

import doors

TYPE = "AWS::Lambda::Function"


def install() -> None:
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    if set(handlers) != {"create", "update", "update_with_logical_id", "delete", "import"}:
        raise doors.DoorMoved(f"the emulator's handlers of {TYPE} are now {sorted(handlers)}")
    create, update = handlers["create"], handlers["update"]

    def updated(physical_id: str, old_props: dict, new_props: dict, stack_name: str, logical_id: str | None = None) -> tuple[str, dict[str, Any]]:
        return _set(lambda_svc._functions, new_props, update(physical_id, old_props, new_props, stack_name, logical_id))

    handlers["create"] = lambda logical_id, props, stack_name: _set(lambda_svc._functions, props, create(logical_id, props, stack_name))
    handlers["update"] = updated


def _set(functions: Any, props: dict[str, Any], made: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    reserved = props.get("ReservedConcurrentExecutions")
    functions[made[0]].update(concurrency=None if reserved is None else int(reserved), recursive_loop=props.get("RecursiveLoop") or "Terminate")
    return made
