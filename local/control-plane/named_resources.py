"""The ARNs of a request that names several resources: IAM asks for the permission on each of them, the emulator's reading knows one at most."""

import json

PARAMETER_LISTS = ("ssm:GetParameters", "ssm:DeleteParameters")


def named_resources(action: str | None, body: bytes, region: str, account: str) -> list[str]:
    """Of Parameter Store's lists of names; of all other requests none. Needs the whole body."""
    if action not in PARAMETER_LISTS:
        return []
    try:
        names = json.loads(body).get("Names") or []
    except ValueError:
        return []
    return [name if name.startswith("arn:") else f"arn:aws:ssm:{region}:{account}:parameter/{name.removeprefix('/')}" for name in names]
