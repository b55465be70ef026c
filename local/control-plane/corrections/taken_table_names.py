"""Correction: on AWS CloudFormation makes no table whose name is taken; the emulator puts an empty one in the place of the other.

Can go when the emulator's AWS::DynamoDB::Table fails then.
"""

from typing import Any

import doors
from custom_resources import CustomResources

TYPE = "AWS::DynamoDB::Table"


def install(_custom_resources: CustomResources) -> None:
    from ministack.services import dynamodb

    handlers = doors.resource_handlers(TYPE, {"create", "update", "update_with_logical_id", "delete", "import"})
    original = handlers["create"]

    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        name = props.get("TableName")
        if name and name in dynamodb._tables:
            raise ValueError(f"Resource of type '{TYPE}' with identifier '{name}' already exists.")
        return original(logical_id, props, stack_name)

    handlers["create"] = create
