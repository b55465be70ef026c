"""What IAM asks for when a request arrives: an action or several, each on a resource that it names. The emulator's reading knows one of each."""

import json

PARAMETER_LISTS = ("ssm:GetParameters", "ssm:DeleteParameters")


def permissions(action: str | None, resource: str, body: bytes, region: str, account: str) -> list[dict[str, str | None]]:
    """(action, resource), of a transaction for each of its writes, for it has no action of its own. Needs the whole body."""
    from ministack.core import iam_actions

    asked = iam_actions.dynamodb_transaction_checks(action or "", body, region, account)
    asked = asked or [(action, named) for named in _named(action, body, region, account) or [resource]]
    return [{"action": each, "resource": named} for each, named in asked]


def _named(action: str | None, body: bytes, region: str, account: str) -> list[str]:
    """Of Parameter Store's lists of names; of all other requests none."""
    if action not in PARAMETER_LISTS:
        return []
    try:
        names = json.loads(body).get("Names") or []
    except ValueError:
        return []
    return [name if name.startswith("arn:") else f"arn:aws:ssm:{region}:{account}:parameter/{name.removeprefix('/')}" for name in names]
