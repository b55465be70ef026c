"""Errors of the gate. The runtime's client reports the names of their classes, which are contract: sources, state machines and alarms match them."""


class GateError(Exception):
    """An error that a source or an operator sees by its type."""


class GateNotAttached(GateError):
    """The gate cannot do its work, so nothing may run: the process must end, loudly."""


class UnknownClient(GateNotAttached):
    """The runtime's client has a seam of unknown shape. The one reason for which onUnknownClient may let the function run without its gate."""


class MaintenanceWindowActive(GateError):
    """The handler is held, and the event is not kept."""


class MaintenanceWindowUnknown(GateError):
    """Nobody can say whether a window is on, and onWindowUnknown is FAIL."""


class EventNotStored(GateError):
    """The event was to be kept, and the store did not take it."""


class DuplicateCheckFailed(GateError):
    """Shortly after a window the store could not say whether the event is kept already."""


class RequestNotAnswered(GateError):
    """CloudFormation could not be told that what was never made is deleted."""


class ReplayStoreFailed(GateError):
    """The store failed a replay, before or after its run."""
