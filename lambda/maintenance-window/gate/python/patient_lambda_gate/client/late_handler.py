"""A handler that is not loaded yet: while the window is on at boot, user code stays away until the first invocation that may run.

The client is given the name of this module's handler instead of the user's, which no rename inside the client can undo.
"""

from __future__ import annotations

import importlib
import os

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.client.runtime_client import Handler

HANDLER_VARIABLE = "_HANDLER"
STUB = f"{__name__}.handler"

_name = ""
_bootstrap: object = None
_loaded: Handler | None = None


def hold(bootstrap: object) -> Handler:
    """Makes the client load the stub, and says which that is. ``bootstrap`` is the client's module."""
    global _name, _bootstrap
    _name = os.environ[HANDLER_VARIABLE]
    _bootstrap = bootstrap
    os.environ[HANDLER_VARIABLE] = STUB
    return handler


def load() -> Handler:
    """The user's handler, loaded at the first call the way the client loads it. Raises what the client would report as an init error."""
    global _loaded
    if _loaded is None:
        os.environ[HANDLER_VARIABLE] = _name  # tools that wrap handlers look for the user's
        loader = getattr(_bootstrap, "_get_handler", None) or getattr(_bootstrap, "get_handler", None) or _import
        _loaded = loader(_name)
    return _loaded


def handler(event: Any, context: Any) -> Any:
    """What the client calls. The gate replaces it, except where a tool has wrapped it by then."""
    return load()(event, context)


def _import(name: str) -> Handler:
    """For a client that loads handlers under a name not seen so far."""
    module, _, function = name.rpartition(".")
    loaded: Handler = getattr(importlib.import_module(module.replace("/", ".")), function)
    return loaded
