"""Which of two states of one parameter is the newer. Pure. Vectors: lambda/contract/maintenance-window/mirror.json."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    # LastModifiedDate in epoch milliseconds, and version.
    Written = tuple[float, int]


def is_newer(a: Written, b: Written) -> bool:
    """Whether ``a`` was written after ``b``. The date decides first: a parameter that was deleted and made again starts at version 1."""
    return a > b
