"""The trigger table (triggers.json): every private door of the emulator that the bed replaces or watches.

A door is written `module:function`. Before anything is replaced each one must exist with the recorded parameters, so
that a new version of the emulator that moved one fails at start, by name, instead of quietly running functions itself.
"""

import contextvars
import functools
import importlib
import importlib.metadata
import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("triggers.json").read_text(encoding="utf-8"))


class DoorMoved(Exception):
    """A door of the table is missing or takes other parameters than the table says."""


@dataclass(frozen=True)
class Origin:
    """Which trigger is running, and the function as that trigger names it ('' when only the record is known)."""

    trigger: str
    mode: str
    reference: str = ""
    forwarded: dict[str, str] = field(default_factory=dict)


_origin: contextvars.ContextVar[Origin | None] = contextvars.ContextVar("bed_origin", default=None)


def current_origin() -> Origin | None:
    return _origin.get()


def parameters_of(function: Callable[..., Any]) -> str:
    """The parameters without annotations: their text differs between Python versions."""
    signature = inspect.signature(function)
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def _locate(door: str) -> tuple[Any, str, Callable[..., Any]]:
    module_name, name = door.split(":")
    version = f"ministack {importlib.metadata.version('ministack')}"
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise DoorMoved(f"door {door} is gone in {version}: {error}. Compare local/control-plane/triggers.json with it.") from error
    function = getattr(module, name, None)
    if not callable(function):
        raise DoorMoved(f"door {door} is gone in {version}. Compare local/control-plane/triggers.json with it.")
    return module, name, function


def verify(table: dict[str, Any] = TABLE) -> None:
    """Check every door of the table. Raises DoorMoved naming all that moved."""
    problems: list[str] = []
    for row in table["triggers"] + table["shared"] + table["used"]:
        try:
            found = parameters_of(_locate(row["door"])[2])
        except DoorMoved as error:
            problems.append(str(error))
            continue
        if found != row["parameters"]:
            version = importlib.metadata.version("ministack")
            problems.append(f"door {row['door']} takes {found} in ministack {version}, the table says {row['parameters']}")
    if problems:
        raise DoorMoved("; ".join(problems))


def row_of(trigger: str) -> dict[str, Any]:
    return next(row for row in TABLE["triggers"] if row["trigger"] == trigger)


def put_in_place(door: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put make(original) where the door was, in every module of the emulator that holds it by name."""
    _module, name, original = _locate(door)
    replacement = make(original)
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("ministack.") and getattr(module, name, None) is original:
            setattr(module, name, replacement)


def resource_handlers(resource_type: str, known: set[str]) -> dict[str, Callable[..., Any]]:
    """The emulator's CloudFormation handlers of a resource type, to be replaced in place. Raises DoorMoved unless they are exactly the known ones."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS.get(resource_type, {})
    if set(handlers) != known:
        raise DoorMoved(f"the emulator's handlers of {resource_type} are now {sorted(handlers)}, not {sorted(known)}")
    return handlers


def marked(
    trigger: str,
    original: Callable[..., Any],
    reference: Callable[[dict[str, Any]], str] | None = None,
    forwarded: Callable[[dict[str, Any]], dict[str, str]] | None = None,
) -> Callable[..., Any]:
    """The original, with the trigger noted for whatever it calls.

    `reference` finds the function's name in its arguments, `forwarded` the headers that go along.
    """
    signature = inspect.signature(original)
    origin = Origin(trigger, row_of(trigger)["mode"])

    def origin_for(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Origin:
        arguments = signature.bind(*args, **kwargs).arguments
        return replace(origin, reference=reference(arguments) if reference else "", forwarded=forwarded(arguments) if forwarded else {})

    @functools.wraps(original)
    async def asynchronous(*args: Any, **kwargs: Any) -> Any:
        token = _origin.set(origin_for(args, kwargs))
        try:
            return await original(*args, **kwargs)
        finally:
            _origin.reset(token)

    @functools.wraps(original)
    def synchronous(*args: Any, **kwargs: Any) -> Any:
        token = _origin.set(origin_for(args, kwargs))
        try:
            return original(*args, **kwargs)
        finally:
            _origin.reset(token)

    return asynchronous if inspect.iscoroutinefunction(original) else synchronous
