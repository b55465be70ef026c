"""Correction: on AWS SQS, SNS and S3 pass a caller's trace header on to the functions that its request starts, so that Lambda sees loops that run
through them; the emulator drops the header.

Those are the services for which AWS documents loop detection; the AWS SDKs send the header from within a function.
Can go when the emulator keeps AWSTraceHeader for SQS messages and hands the header to the deliveries of SNS and S3.
"""

import contextvars
from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

HEADER = "x-amzn-trace-id"
THROUGH = ("sns", "s3")
_trace_id: contextvars.ContextVar[str] = contextvars.ContextVar("bed_trace_id", default="")


def enter(trace_id: str) -> None:
    """Called for each request, in the context that the request is worked on."""
    _trace_id.set(trace_id)


def headers_for(trigger: str) -> dict[str, str]:
    """What an asynchronous delivery in the current context takes along."""
    trace_id = _trace_id.get()
    return {HEADER: trace_id} if trace_id and trigger in THROUGH else {}


def headers_of_batch(batch: list[dict[str, Any]]) -> dict[str, str]:
    """What an SQS batch takes along: the first message that was sent by a function."""
    for message in batch:
        trace_id = (message.get("sys") or {}).get("AWSTraceHeader", "")
        if "Lineage=" in trace_id:
            return {HEADER: trace_id}
    return {}


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place("ministack.services.sqs:_build_send_sys_attrs", _with_trace_header)


def _with_trace_header(original: Callable[..., Any]) -> Callable[..., Any]:
    def build(now: float, sys_attrs_input: dict) -> dict:
        attributes = original(now, sys_attrs_input)
        if _trace_id.get():
            attributes.setdefault("AWSTraceHeader", _trace_id.get())
        return attributes

    return build
