"""When a finished row may go."""

import pytest
from patient_lambda_gate.store.expiry import expiry


@pytest.mark.parametrize(("finished", "seconds"), [(1_800_000_000_000, 1_800_000_007), (1_800_000_000_001, 1_800_000_008)])
def test_a_row_is_kept_for_at_least_as_long_as_was_asked_for(finished, seconds):
    assert expiry(finished, 7_000) == seconds
