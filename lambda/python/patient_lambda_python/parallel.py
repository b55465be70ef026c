"""Several calls at once."""

from __future__ import annotations

from patient_lambda_python.threads import Background

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run_all(calls: Sequence[Callable[[], object]], most: int) -> None:
    """Makes all calls, at most so many at a time, and raises the first error when none runs any more."""
    left = list(reversed(calls))

    def work() -> None:
        while left:
            try:
                call = left.pop()
            except IndexError:  # another thread took the last
                return
            try:
                call()
            except BaseException:
                left.clear()
                raise

    workers = [Background(work) for _ in range(min(most, len(calls)) - 1)]
    own: BaseException | None = None
    try:
        work()
    except BaseException as error:
        own = error
    for worker in workers:
        try:
            worker.result()
        except BaseException as error:
            own = own or error
    if own is not None:
        raise own
