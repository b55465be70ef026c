"""AccessDenied, as IAM answers when a function's role is allowed a call to Lambda only on functions with a certain tag, and the one that it names has
another tag, none, or does not exist: what is not there carries no tag, so that Lambda's own ResourceNotFoundException is never reached.

All that is judged of IAM while the bed runs; what no statement of the role allows at all passes here, and is found in the recorded requests.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

CONDITION = "aws:ResourceTag/"
OPERATOR = "StringEquals"


def refusal(method: str, path: str, headers: dict[str, str], region: str, account: str) -> str | None:
    """The message for a call to Lambda that is refused; None for one that passes."""
    from ministack.core import iam_actions, router
    from ministack.core.responses import request_scope

    if "/functions/" not in path:
        return None
    action = iam_actions.extract_iam_action("lambda", method, path, headers, b"", {})
    called = iam_actions.extract_resource_arn("lambda", method, path, headers, b"", {}, region, account)
    with request_scope(account, region):
        caller = _function_of(router.extract_access_key_id(headers, {}), region, account)
        if not action or caller is None or not _denied(caller, action, called):
            return None
        role, name = caller["config"]["Role"].rpartition("/")[2], caller["config"]["FunctionName"]
    return (
        f"User: arn:aws:sts::{account}:assumed-role/{role}/{name} is not authorized to perform: {action} on resource: {called} "
        f"because no identity-based policy allows the {action} action"
    )


def _denied(caller: dict[str, Any], action: str, called: str) -> bool:
    """Whether statements allow the action, and each of them on functions with tags that this one lacks."""
    from ministack.core import iam_evaluator
    from ministack.services import lambda_svc

    wanted = [
        _wanted_tags(statement.conditions)
        for statement in _statements(caller["config"]["Role"])
        if statement.effect == "Allow"
        and iam_evaluator._action_matches(action, statement.actions, statement.not_actions)
        and iam_evaluator._resource_matches(called, statement.resources, statement.not_resources)
    ]
    name, _qualifier = lambda_svc._resolve_name_and_qualifier(called)
    tags = (lambda_svc._functions.get(name) or {}).get("tags") or {}
    return bool(wanted) and not any(all(tags.get(key) in values for key, values in each.items()) for each in wanted)


def _wanted_tags(conditions: dict[str, Any]) -> dict[str, list[str]]:
    equal = conditions.get(OPERATOR) or {}
    return {
        key.removeprefix(CONDITION): [value] if isinstance(value, str) else list(value) for key, value in equal.items() if key.startswith(CONDITION)
    }


def _statements(role_arn: str) -> Iterator[Any]:
    """Of the role's own policies and of managed ones that are attached to it."""
    from ministack.core import iam_evaluator
    from ministack.services import iam

    role = iam._roles.get(role_arn.rpartition("/")[2]) or {}
    for document in (role.get("InlinePolicies") or {}).values():
        yield from iam_evaluator.parse_policy_document(document)
    for arn in role.get("AttachedPolicies") or []:
        policy = iam._lookup_policy(arn)
        if policy is not None:
            yield from iam_evaluator.parse_policy_document(policy["Versions"][policy["DefaultVersionId"]]["Document"])


def _function_of(access_key_id: str, region: str, account: str) -> dict[str, Any] | None:
    """The function that signed a request."""
    from ministack.services import lambda_svc

    for name, function in lambda_svc._functions.items():
        if access_key_id == _access_key_id(f"arn:aws:lambda:{region}:{account}:function:{name}"):
            return dict(function)
    return None


@lru_cache(maxsize=1024)
def _access_key_id(function_arn: str) -> str:
    """As the data plane makes it (data-plane/credentials.ts)."""
    return f"ASIA{hashlib.sha256(function_arn.encode()).hexdigest().upper()[:16]}"
