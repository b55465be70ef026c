"""Where a reading of the window comes from: its mirror, and Parameter Store when the mirror cannot say or is out of date."""

from __future__ import annotations

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.mirror import read_mirror
from patient_lambda_gate.quiet.reading import ReadFailed

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Iterator

    from patient_lambda_aws.client import AwsClient

    from patient_lambda_gate.quiet.reading import Reading
    from patient_lambda_gate.quiet.settings import Settings

TIMING = contract.load("maintenance-window/timing")


def read_window(client: AwsClient, settings: Settings, budget: float) -> Iterator[Reading]:
    """Reads within ``budget`` milliseconds; each reading replaces the one before, so that who stops waiting has what is known by then.

    Raises ReadFailed, before the first one only."""
    if settings.mirror_table is None:
        from patient_lambda_gate.quiet.parameters import read_parameters  # only now: a mirror that can say spares the start its loading

        yield read_parameters(client, settings, budget)
        return
    started = client.clock()
    until = started + budget
    own, has_planned = _share(budget), settings.planned_parameter is not None
    try:
        mirrored = read_mirror(client, settings.mirror_table, settings.operator_parameter, has_planned, own, own < budget)
    except ReadFailed as failure:
        from patient_lambda_gate.quiet.fallback import without_mirror

        yield without_mirror(client, settings, until, failure)
        return
    # As it was when the read began: how long a freeze in the middle of it took says nothing about the item.
    if started - mirrored.checked_at <= TIMING["mirrorStaleAfter"]["value"]:
        yield mirrored.reading
        return
    from patient_lambda_gate.quiet.fallback import with_stale_item

    yield from with_stale_item(client, settings, until, mirrored)


def _share(budget: float) -> float:
    """What the mirror may take of a budget."""
    rule = TIMING["mirrorReadBudget"]
    return float(max(rule["share"] * budget, min(rule["least"], budget)))
