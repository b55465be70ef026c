"""Threads of the system. What user code may have put in their place waits for a loop that does not turn while the gate waits."""

from __future__ import annotations

from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable
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
