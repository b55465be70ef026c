"""Correction: Parameter Store tells the default event bus of every parameter that is made, changed, labelled or deleted; the emulator is silent.

Can go when the emulator publishes "Parameter Store Change" events of the source aws.ssm.

Shape: Systems Manager User Guide, "Monitoring Systems Manager events with Amazon EventBridge". What the event of a label has beside the
others is not verified on AWS.
"""

import json
from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

SOURCE = "aws.ssm"
DETAIL_TYPE = "Parameter Store Change"
SSM = "ministack.services.ssm"

Handler = Callable[[dict[str, Any]], Any]


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place(f"{SSM}:_put_parameter", _telling_put)
    doors.put_in_place(f"{SSM}:_label_parameter_version", _telling_label)
    for door in ("_delete_parameter", "_delete_parameters"):
        doors.put_in_place(f"{SSM}:{door}", _telling_delete)


def _telling_put(original: Handler) -> Handler:
    def put(data: dict[str, Any]) -> Any:
        answer = original(data)
        if _succeeded(answer):
            parameter = _parameter(data["Name"])
            _tell("Create" if parameter["Version"] == 1 else "Update", parameter)
        return answer

    return put


def _telling_label(original: Handler) -> Handler:
    def label(data: dict[str, Any]) -> Any:
        answer = original(data)
        if _succeeded(answer) and len(json.loads(answer[2])["InvalidLabels"]) < len(data.get("Labels", [])):
            _tell("LabelParameterVersion", _parameter(data["Name"]))
        return answer

    return label


def _telling_delete(original: Handler) -> Handler:
    def delete(data: dict[str, Any]) -> Any:
        named = [data["Name"]] if "Name" in data else data.get("Names", [])
        there = {name: parameter for name in named if (parameter := _parameter(name))}
        answer = original(data)
        for parameter in there.values():
            _tell("Delete", parameter)
        return answer

    return delete


def _parameter(name: str) -> Any:
    from ministack.services import ssm

    return ssm._parameters.get(name)


def _succeeded(answer: Any) -> bool:
    return bool(answer[0] == 200)


def _tell(operation: str, parameter: dict[str, Any]) -> None:
    from ministack.services import eventbridge

    detail = {"operation": operation, "name": parameter["Name"], "type": parameter["Type"]}
    if parameter["Description"]:
        detail["description"] = parameter["Description"]
    event = {"Source": SOURCE, "DetailType": DETAIL_TYPE, "Resources": [parameter["ARN"]], "Detail": json.dumps(detail)}
    eventbridge._put_events({"Entries": [event]}, allow_aws_source=True)
