"""Which HTTP requests run although a window is on, by method and path: a load balancer's health check, reads that maintenance does not touch."""

from __future__ import annotations

from patient_lambda_gate.held.sources import request_of

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Sequence

    from patient_lambda_gate.held.sources import Source


def always_runs(patterns: Sequence[str], source: Source, event: object) -> bool:
    """Whether a pattern, as ``GET /orders/*``, names the request that an event is. What is not an HTTP request is named by none."""
    request = request_of(source, event) if patterns else None
    return request is not None and any(_matches(pattern, *request) for pattern in patterns)


def _matches(pattern: str, method: str, path: str) -> bool:
    wanted_method, _, wanted_path = pattern.partition(" ")
    is_path = path.startswith(wanted_path[:-1]) if wanted_path.endswith("*") else path == wanted_path
    return is_path and wanted_method in ("*", method)
