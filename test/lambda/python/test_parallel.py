"""Several calls at once."""

import threading

import pytest
from patient_lambda_python.parallel import run_all


def test_all_calls_are_made_so_many_at_a_time():
    running, most, lock, made = [], [], threading.Lock(), []

    def call(number):
        with lock:
            running.append(number)
            most.append(len(running))
        threading.Event().wait(0.01)
        with lock:
            running.remove(number)
            made.append(number)

    run_all([lambda number=number: call(number) for number in range(12)], 4)
    assert sorted(made) == list(range(12))
    assert 1 < max(most) <= 4


@pytest.mark.parametrize("wrong", range(5))
def test_an_error_of_any_is_raised_when_none_runs_any_more(wrong):
    running = []

    def call(number):
        running.append(number)
        threading.Event().wait(0.01)
        running.remove(number)
        if number == wrong:
            raise KeyError(number)

    with pytest.raises(KeyError):
        run_all([lambda number=number: call(number) for number in range(5)], 3)
    assert running == []


def test_nothing_to_do_is_done():
    run_all([], 4)
