"""Threads of the system. What user code may have put in their place waits for a loop that does not turn while the gate waits."""

from __future__ import annotations

from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

Lock = allocate_lock


class Background:
    """A call in a thread of its own, which does not keep the process alive."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._result: Any = None
        self._error: BaseException | None = None
        self._over = allocate_lock()
        self._over.acquire()
        start_new_thread(self._run, ())

    def wait(self, milliseconds: float) -> bool:
        """Whether it is over."""
        over = self._over.acquire(timeout=max(milliseconds, 0) / 1000)
        if over:
            self._over.release()
        return over

    def result(self) -> Any:
        """What the call returned or raised, once it is over."""
        with self._over:
            if self._error is not None:
                raise self._error
            return self._result

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:
            self._error = error
        finally:
            self._over.release()


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
