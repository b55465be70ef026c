"""What the tests of the window's cache share."""

import pytest
from fake_services import Clock
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.window_cache import WindowCache
from windows import Reader


@pytest.fixture
def make(environment, reporter):
    def made(*answers, draw=lambda: 1.0, **variables):
        reader, clock = Reader(*answers), Clock()
        cache = WindowCache(Settings({**environment, **variables}), reader, reporter, clock, draw)
        return cache, reader, clock

    return made
