"""How long a failed event waits."""

import pytest
from patient_lambda_gate.store.backoff import backoff_delay


@pytest.mark.parametrize(
    ("attempt", "random", "delay"),
    [(1, 0.5, 30_000), (2, 0.5, 60_000), (4, 0, 192_000), (4, 1, 288_000), (6, 0.5, 900_000), (60, 1, 1_080_000), (0, 0.5, 30_000)],
)
def test_the_delay_doubles_up_to_its_most_and_is_drawn_around_it(attempt, random, delay):
    assert backoff_delay(attempt, random) == delay
