"""Threads of the system."""

import threading

import pytest
from patient_lambda_python.threads import Background

PATIENCE = 10_000


def test_a_call_in_the_background_is_waited_for():
    go = threading.Event()
    background = Background(lambda: go.wait(10))
    assert not background.wait(0)
    assert not background.wait(-1)
    go.set()
    assert background.wait(PATIENCE) and background.wait(0)
    assert background.result() is True


def test_an_error_in_the_background_is_raised_to_who_asks():
    with pytest.raises(ZeroDivisionError):
        Background(lambda: 1 / 0).result()
