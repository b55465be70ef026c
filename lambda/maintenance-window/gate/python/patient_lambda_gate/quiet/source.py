"""Where a reading of the window comes from: its mirror, and Parameter Store when the mirror cannot say or is out of date."""

from __future__ import annotations

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.mirror import read_mirror
from patient_lambda_gate.quiet.reading import ReadFailed, Reading, latest
from patient_lambda_gate.quiet.times import iso

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Iterator

    from patient_lambda_aws.client import AwsClient

    from patient_lambda_gate.quiet.mirror import Mirrored
    from patient_lambda_gate.quiet.settings import Settings

TIMING = contract.load("maintenance-window/timing")


def read_window(client: AwsClient, settings: Settings, budget: float) -> Iterator[Reading]:
    """Reads within ``budget`` milliseconds; each reading replaces the one before, so that who stops waiting has what is known by then.

    Raises ReadFailed, before the first one only."""
    if settings.mirror_table is None:
        yield _from_parameter_store(client, settings, budget)
        return
    started = client.clock()
    until = started + budget
    own, has_planned = _share(budget), settings.planned_parameter is not None
    try:
        mirrored = read_mirror(client, settings.mirror_table, settings.operator_parameter, has_planned, own, own < budget)
    except ReadFailed as failure:
        yield _without_mirror(client, settings, until, failure)
        return
    # As it was when the read began: how long a freeze in the middle of it took says nothing about the item.
    if started - mirrored.checked_at <= TIMING["mirrorStaleAfter"]["value"]:
        yield mirrored.reading
        return
    yield from _with_stale_item(client, settings, until, mirrored)


def _share(budget: float) -> float:
    """What the mirror may take of a budget."""
    rule = TIMING["mirrorReadBudget"]
    return float(max(rule["share"] * budget, min(rule["least"], budget)))


def _without_mirror(client: AwsClient, settings: Settings, until: float, failure: ReadFailed) -> Reading:
    left = until - client.clock()
    if left <= 0:
        raise failure
    try:
        reading = _from_parameter_store(client, settings, left)
    except ReadFailed as error:
        raise ReadFailed(f"{failure}; {error}") from error
    reading.mirror_failure = str(failure)
    return reading


def _with_stale_item(client: AwsClient, settings: Settings, until: float, mirrored: Mirrored) -> Iterator[Reading]:
    """The item's value first, which counts on, however old it is, unless Parameter Store says more: asked once, for many environments ask."""
    item = mirrored.reading
    checked = f"the mirror was last checked at {iso(mirrored.checked_at)}"
    left = until - client.clock()
    if left <= 0:
        yield _stale(item, f"{checked}, and no time was left to ask Parameter Store")
        return
    yield _stale(item, f"{checked}, and Parameter Store has not answered yet")
    try:
        answer = latest(item, _from_parameter_store(client, settings, left, once=True))
    except ReadFailed as error:
        answer = _stale(item, f"{checked}, and {error}")
    yield answer


def _from_parameter_store(client: AwsClient, settings: Settings, budget: float, once: bool = False) -> Reading:
    from patient_lambda_gate.quiet.parameters import read_parameters  # only now: a mirror that can say spares the start its loading

    return read_parameters(client, settings, budget, once)


def _stale(item: Reading, cause: str) -> Reading:
    return Reading(item.operator, item.version, item.last_modified, item.planned, item.planned_failure, cause)
