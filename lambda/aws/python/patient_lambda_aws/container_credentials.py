"""Keys from the container endpoint, which expire: under SnapStart the environment has none."""

from __future__ import annotations

from patient_lambda_python import json
from patient_lambda_python.dates import epoch_day
from patient_lambda_python.taken import Files
from patient_lambda_python.threads import Lock

from patient_lambda_aws.credentials import Credentials, CredentialsError
from patient_lambda_aws.transport import Transport, TransportError

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Milliseconds before the expiry at which keys are replaced: a request signed with them may still wait in a retry.
REFRESH_BEFORE_EXPIRY = 5 * 60 * 1000


class ContainerCredentials:
    """Fetches keys when there are none that hold."""

    def __init__(self, environment: Mapping[str, str], transport: Transport, clock: Callable[[], float]) -> None:
        self._environment = dict(environment)
        self._transport = transport
        self._clock = clock
        self._lock = Lock()
        self._current: Credentials | None = None

    def get(self, budget: float) -> Credentials:
        """Keys that hold for a while yet, fetched within ``budget`` milliseconds when there are none. Raises CredentialsError."""
        with self._lock:
            current = self._current
            if current is not None and (current.expires is None or self._clock() <= current.expires - REFRESH_BEFORE_EXPIRY):
                return current
            try:
                self._current = current = self._from_container(budget)
            except CredentialsError:
                if current is None or current.expires is None or self._clock() >= current.expires:
                    raise
            return current

    def _from_container(self, budget: float) -> Credentials:
        url = self._environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        if not url:
            raise CredentialsError("neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
        try:
            response = self._transport.request("GET", url, self._authorization(), b"", budget)
            if response.status != 200:
                raise CredentialsError(f"the container's credentials endpoint answered {response.status}")
            keys = json.loads(response.body)
            expires = keys.get("Expiration")
            return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("Token"), _epoch_ms(expires) if expires else None)
        except (TransportError, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise CredentialsError(f"the container's credentials endpoint failed: {type(error).__name__}: {error}") from error

    def _authorization(self) -> dict[str, str]:
        path = self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        if path:  # read anew each time: the file is rotated
            return {"authorization": Files.read(path).decode().strip()}
        token = self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        return {"authorization": token} if token else {}


def _epoch_ms(text: str) -> float:
    """Of a time in UTC, as ``2027-01-10T06:00:00Z``. Raises ValueError."""
    date, _, time = text.partition(".")[0].rstrip("Z").partition("T")
    year, month, day = (int(number) for number in date.split("-"))
    hours, minutes, seconds = (int(number) for number in time.split(":"))
    return (((epoch_day(year, month, day) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
