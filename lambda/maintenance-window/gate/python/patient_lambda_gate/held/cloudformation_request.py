"""What an event of CloudFormation's shape is: a request to a custom resource, or the continuation of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import patient_lambda_contract as contract

RULES = contract.load("cloudformation/requests")
MEMBERS = frozenset(RULES["members"])
ADDED_BY_LIBRARIES = frozenset(name for names in RULES["continuationMembers"].values() for name in names)
CREATE_FAILED_ID: str = contract.load("cloudformation/answer")["createFailedId"]
FUNCTION_ARN = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+")  # the function that an ARN names, its qualifier aside


def kind_of(request: Mapping[str, Any], function_arn: str) -> str:
    """What the function of this ARN has to do with a request: one of the contract's kinds."""
    added = request.keys() - MEMBERS
    if added & ADDED_BY_LIBRARIES:
        return "CONTINUATION"
    elsewhere = is_answered_elsewhere(request, function_arn)
    if is_never_made(request) and not elsewhere:
        return "NEVER_MADE"
    if added:
        return "UNKNOWN_CONTINUATION"
    if request["RequestType"] == "Create" and _has_id(request):
        return "CONTINUATION"
    return "ELSEWHERE" if elsewhere else "REQUEST"


def is_never_made(request: Mapping[str, Any]) -> bool:
    """Whether it is the Delete of a resource whose Create made nothing."""
    return request["RequestType"] == "Delete" and request.get("PhysicalResourceId") == CREATE_FAILED_ID


def is_answered_elsewhere(request: Mapping[str, Any], function_arn: str) -> bool:
    """Whether the request was sent to another function, which hands it on and answers it.

    The CDK's Provider gives its functions the ResponseURL too, and an answer from here would contradict its own.
    """
    properties = request.get("ResourceProperties")
    token = properties.get("ServiceToken") if isinstance(properties, dict) else None
    asked = FUNCTION_ARN.match(token) if isinstance(token, str) else None
    own = FUNCTION_ARN.match(function_arn)
    return asked is not None and (own is None or asked[0] != own[0])


def _has_id(request: Mapping[str, Any]) -> bool:
    given = request.get("PhysicalResourceId")
    return isinstance(given, str) and given != ""
