"""Correction: on AWS a template sets a table's point-in-time recovery, which goes with the table; the emulator takes it by API alone.

Can go when the emulator's AWS::DynamoDB::Table reads PointInTimeRecoverySpecification.
"""

from typing import Any

import doors
from custom_resources import CustomResources

TYPE = "AWS::DynamoDB::Table"


def install(_custom_resources: CustomResources) -> None:
    handlers = doors.resource_handlers(TYPE, {"create", "update", "update_with_logical_id", "delete", "import"})
    create, update = handlers["create"], handlers["update"]

    def updated(physical_id: str, old_props: dict, new_props: dict, stack_name: str, logical_id: str | None = None) -> tuple[str, dict[str, Any]]:
        return _set(new_props, update(physical_id, old_props, new_props, stack_name, logical_id))

    handlers["create"] = lambda logical_id, props, stack_name: _set(props, create(logical_id, props, stack_name))
    handlers["update"] = updated


def _set(props: dict[str, Any], made: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    from ministack.services import dynamodb

    # Off, too: the setting of a table that was deleted through CloudFormation stays behind under its name
    specification = props.get("PointInTimeRecoverySpecification") or {}
    enabled = str(specification.get("PointInTimeRecoveryEnabled", False)).lower() == "true"
    dynamodb._update_continuous_backups({"TableName": made[0], "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled}})
    return made
