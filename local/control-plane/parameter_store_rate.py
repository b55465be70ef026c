"""Parameter Store's rate: what an account asks beyond so many requests per second is refused with ThrottlingException.

AWS documents 40 per second, shared by GetParameter, GetParameters and GetParametersByPath (Systems Manager endpoints and quotas), and throttles
the other actions by rates that it does not publish. Here all of them share one bucket. It holds one second's worth; AWS's burst is not documented.
"""

import time
from collections.abc import Callable

SERVICE = "AmazonSSM"
ACTIONS = frozenset(
    {
        "DeleteParameter",
        "DeleteParameters",
        "DescribeParameters",
        "GetParameter",
        "GetParameterHistory",
        "GetParameters",
        "GetParametersByPath",
        "LabelParameterVersion",
        "PutParameter",
        "UnlabelParameterVersion",
    }
)


class ParameterStoreRate:
    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._most = max(per_second, 1.0)
        self._clock = clock
        self._left = self._most
        self._filled = clock()

    def refuses(self, target: str) -> bool:
        """Whether the request with this X-Amz-Target is one too many. One that is not counts."""
        service, _, action = target.partition(".")
        if service != SERVICE or action not in ACTIONS:
            return False
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._filled) * self._per_second)
        self._filled = now
        if self._left < 1:
            return True
        self._left -= 1
        return False
