"""The function role's keys: from the environment, under SnapStart from the container endpoint, whose keys expire."""

import json
import threading
import time

from patient_lambda_aws.sign import Credentials
from patient_lambda_aws.transport import Transport, TransportError

# Before this much is left, keys are replaced: a request signed with them may still wait in a retry.
REFRESH_BEFORE_EXPIRY = 5 * 60 * 1000


class CredentialsError(Exception):
    """There are no keys to sign with."""


class CredentialSource:
    """Reads the environment once: handlers that take on another role change it."""

    def __init__(self, environment: dict, transport: Transport, clock) -> None:
        self._environment = dict(environment)
        self._transport = transport
        self._clock = clock
        self._lock = threading.Lock()
        self._current = self._from_environment()

    def get(self, seconds: float) -> Credentials:
        """Keys that hold for a while yet. Raises CredentialsError."""
        with self._lock:
            current = self._current
            if current is None or (current.expires is not None and self._clock() > current.expires - REFRESH_BEFORE_EXPIRY):
                try:
                    self._current = self._from_container(seconds)
                except CredentialsError:
                    if current is None or current.expires is None or self._clock() >= current.expires:
                        raise
            return self._current

    def _from_environment(self) -> "Credentials | None":
        key_id, secret = self._environment.get("AWS_ACCESS_KEY_ID"), self._environment.get("AWS_SECRET_ACCESS_KEY")
        return Credentials(key_id, secret, self._environment.get("AWS_SESSION_TOKEN")) if key_id and secret else None

    def _from_container(self, seconds: float) -> Credentials:
        url = self._environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        if not url:
            raise CredentialsError("neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
        try:
            response = self._transport.request("GET", url, self._authorization(), b"", seconds)
            if response.status != 200:
                raise CredentialsError(f"the container's credentials endpoint answered {response.status}")
            keys = json.loads(response.body)
            expires = keys.get("Expiration")
            return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("Token"), _epoch_ms(expires) if expires else None)
        except (TransportError, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise CredentialsError(f"the container's credentials endpoint failed: {type(error).__name__}: {error}") from error

    def _authorization(self) -> dict:
        path = self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        if path:  # read anew each time: the file is rotated
            with open(path, encoding="utf-8") as file:
                return {"authorization": file.read().strip()}
        token = self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        return {"authorization": token} if token else {}


def _epoch_ms(text: str) -> float:
    import calendar

    return calendar.timegm(time.strptime(text.partition(".")[0].rstrip("Z"), "%Y-%m-%dT%H:%M:%S")) * 1000
