"""The function role's keys: from the environment, under SnapStart from the container endpoint."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from patient_lambda_aws.transport import Transport


class Credentials:
    """Keys of one role session; ``expires`` in epoch milliseconds, None when the process ends before they do."""

    def __init__(self, key_id: str, secret: str, token: str | None, expires: float | None = None) -> None:
        self.key_id = key_id
        self.secret = secret
        self.token = token
        self.expires = expires


class CredentialsError(Exception):
    """There are no keys to sign with."""


def credential_source(environment: Mapping[str, str], transport: Transport, clock: Callable[[], float]) -> Callable[[float], Credentials]:
    """Gives keys within so many milliseconds, and raises CredentialsError. The environment is read now: handlers that take on a role change it."""
    key_id, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if key_id and secret:
        keys = Credentials(key_id, secret, environment.get("AWS_SESSION_TOKEN"))
        return lambda budget: keys
    from patient_lambda_aws.container_credentials import ContainerCredentials

    return ContainerCredentials(environment, transport, clock).get
