"""What is read when the mirror cannot say what the window is, or is out of date: Parameter Store."""

from __future__ import annotations

from patient_lambda_gate.quiet.parameters import read_parameters
from patient_lambda_gate.quiet.reading import ReadFailed, Reading, latest
from patient_lambda_gate.quiet.times import iso

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Iterator

    from patient_lambda_aws.client import AwsClient

    from patient_lambda_gate.quiet.mirror import Mirrored
    from patient_lambda_gate.quiet.settings import Settings


def without_mirror(client: AwsClient, settings: Settings, until: float, failure: ReadFailed) -> Reading:
    """``failure``: why there is nothing from the mirror. Raises ReadFailed."""
    left = until - client.clock()
    if left <= 0:
        raise failure
    try:
        reading = read_parameters(client, settings, left)
    except ReadFailed as error:
        raise ReadFailed(f"{failure}; {error}") from error
    reading.mirror_failure = str(failure)
    return reading


def with_stale_item(client: AwsClient, settings: Settings, until: float, mirrored: Mirrored) -> Iterator[Reading]:
    """The item's value first, which counts on, however old it is, unless Parameter Store says more: asked once, for many environments ask."""
    item = mirrored.reading
    checked = f"the mirror was last checked at {iso(mirrored.checked_at)}"
    left = until - client.clock()
    if left <= 0:
        yield _stale(item, f"{checked}, and no time was left to ask Parameter Store")
        return
    yield _stale(item, f"{checked}, and Parameter Store has not answered yet")
    try:
        answer = latest(item, read_parameters(client, settings, left, once=True))
    except ReadFailed as error:
        answer = _stale(item, f"{checked}, and {error}")
    yield answer


def _stale(item: Reading, cause: str) -> Reading:
    return Reading(item.operator, item.version, item.last_modified, item.planned, item.planned_failure, cause)
