"""The bed's side of the trigger table: what is behind each replaced door."""

import base64
import contextvars
import gzip
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import batch_response
import doors
from corrections import chain
from delivery import DataPlane, Invocation, emulator_result, encode

log = logging.getLogger("bed.triggers")


class Triggers:
    """Takes every trigger's events to the data plane."""

    def __init__(self, data_plane: DataPlane, failed: Callable[[str, str, str], None]) -> None:
        """`failed(trigger, function, reason)` is told of an asynchronous delivery that the data plane did not accept."""
        self._data_plane = data_plane
        self._failed = failed

    def install(self) -> None:
        """Put the bed's functions into the doors. Call doors.verify() first."""
        for trigger, reference in {
            "function-url": _function_url_reference,
            "apigateway-rest": lambda arguments: arguments["function_ref"],
            "apigateway-http": None,
            "stepfunctions": lambda arguments: arguments["func_ref"],
            "sqs": None,
            "kinesis": None,
            "dynamodb": None,
            "scheduler": None,
        }.items():
            along = (lambda arguments: chain.headers_of_batch(arguments["batch"])) if trigger == "sqs" else None
            doors.put_in_place(doors.row_of(trigger)["door"], lambda original, t=trigger, r=reference, a=along: doors.marked(t, original, r, a))
        for trigger, bed_function in {
            "invoke": self._not_here,
            "sns": self.sns,
            "s3": self.s3,
            "events": self.events,
            "logs": self.logs,
            "iot": self.iot,
        }.items():
            doors.put_in_place(doors.row_of(trigger)["door"], lambda _original, f=bed_function: f)
        doors.put_in_place("ministack.services.lambda_svc:_execute_function", lambda _original: self.synchronous)
        doors.put_in_place("ministack.services.lambda_svc:invoke_async_with_retry", lambda _original: self._not_here)

    def _not_here(self, *_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("an invocation reached the emulator's own Lambda: the bed's front takes Invoke before it")

    def _start(self, trigger: str, function: str, payload: bytes) -> None:
        """Deliver from a thread: these doors are called on the event loop that the data plane's own questions need."""
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self.deliver, trigger, function, payload), daemon=True, name=f"bed-{trigger}").start()

    def deliver(self, trigger: str, function: str, payload: bytes) -> bool:
        """Queue one asynchronous event; blocks. A refusal is reported; AWS's services drop the event then, too."""
        try:
            answer = self._data_plane.invoke(Invocation(trigger, "Event", function, payload, forwarded=chain.headers_for(trigger)))
        except Exception as error:  # the service that started this goes on whatever happens to one delivery
            self._failed(trigger, function, f"{type(error).__name__}: {error}")
            return False
        if answer.status != 202:
            self._failed(trigger, function, f"status {answer.status}: {answer.body[:500].decode('utf-8', 'replace')}")
        return answer.status == 202

    def synchronous(self, func: dict[str, Any], event: Any) -> dict[str, Any]:
        """Stands where every synchronous trigger ends. A trigger that is not in the table is refused by name."""
        config = func.get("config") or func
        origin = doors.current_origin()
        if origin is None:
            message = f"a trigger that is not in the bed's table tried to start {config.get('FunctionName')}; see triggers.json"
            log.error("%s", message)
            self._failed("unknown", str(config.get("FunctionArn")), message)
            return {"error": True, "function_error": "Unhandled", "log": "", "body": {"errorType": "Bed.UnknownTrigger", "errorMessage": message}}
        reference = origin.reference or mapped_function(config, event)
        try:
            answer = self._data_plane.invoke(Invocation(origin.trigger, "RequestResponse", reference, encode(event), forwarded=origin.forwarded))
        except Exception as error:  # the caller is told as it is told of any failed invocation
            self._failed(origin.trigger, reference, f"{type(error).__name__}: {error}")
            return {
                "error": True,
                "function_error": "Unhandled",
                "log": "",
                "body": {"errorType": "ServiceException", "errorMessage": f"{type(error).__name__}: {error}"},
            }
        result = emulator_result(answer)
        if origin.trigger == "sqs" and not result["error"]:
            return batch_response.judged(config, event, result)
        return result

    def sns(self, endpoint: str, envelope: str, topic_arn: str, sub_arn: str, msg_id: str, raw_message: str, message_attributes: dict) -> None:
        message = json.loads(envelope)
        # Lambda gets the URLs under other names than HTTP subscribers do
        for theirs, lambdas in (("SigningCertURL", "SigningCertUrl"), ("UnsubscribeURL", "UnsubscribeUrl")):
            if theirs in message:
                message[lambdas] = message.pop(theirs)
        message.setdefault("Subject", None)
        message.setdefault("MessageAttributes", {})
        record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": sub_arn, "Sns": message}
        self.deliver("sns", endpoint, encode({"Records": [record]}))

    def s3(self, arn: str, event_payload: dict, bucket_region: str) -> None:
        self._start("s3", arn, encode(event_payload))

    def events(self, arn: str, payload: str) -> None:
        """EventBridge rules, and Scheduler through the same door."""
        origin = doors.current_origin()
        trigger = origin.trigger if origin else "events"
        try:
            json.loads(payload)
        except ValueError:
            self._failed(trigger, arn, "the target's input is not JSON")
            return
        self._start(trigger, arn, payload.encode("utf-8"))

    def iot(self, account_id: str, region: str, function_arn: str, event: Any) -> None:
        self._start("iot", function_arn, encode(event))

    def logs(self, group_name: str, stream_name: str, events: list[dict]) -> None:
        """Subscription filters with a function as destination."""
        from ministack.core.responses import get_account_id, new_uuid
        from ministack.services import cloudwatch_logs

        group = cloudwatch_logs._log_groups.get(group_name) or {}
        for subscription in (group.get("subscriptionFilters") or {}).values():
            destination = subscription.get("destinationArn", "")
            function = destination.partition(":function:")[2]
            # CloudWatch Logs refuses a filter that would feed a function with its own log
            if not function or group_name == f"/aws/lambda/{function.split(':')[0]}":
                continue
            pattern = subscription.get("filterPattern", "")
            matched = [e for e in events if cloudwatch_logs._subscription_pattern_matches(pattern, e.get("message", ""))]
            if not matched:
                continue
            now = int(time.time() * 1000)
            data = {
                "messageType": "DATA_MESSAGE",
                "owner": get_account_id(),
                "logGroup": group_name,
                "logStream": stream_name,
                "subscriptionFilters": [subscription.get("filterName", "")],
                "logEvents": [
                    {"id": new_uuid().replace("-", ""), "timestamp": e.get("timestamp", now), "message": e.get("message", "")} for e in matched
                ],
            }
            self._start("logs", destination, encode({"awslogs": {"data": base64.b64encode(gzip.compress(encode(data))).decode()}}))


def mapped_function(config: dict[str, Any], event: Any) -> str:
    """The function as its event source mapping names it, alias included; else the record's own ARN."""
    from ministack.services import lambda_svc

    records = event.get("Records") if isinstance(event, dict) else None
    source = records[0].get("eventSourceARN") if isinstance(records, list) and records and isinstance(records[0], dict) else None
    if source:
        for _account, _region, mapping in lambda_svc._iter_all_esms():
            if mapping.get("EventSourceArn") == source and mapping.get("FunctionName") == config.get("FunctionName"):
                qualifier = mapping.get("Qualifier")
                return f"{mapping['FunctionName']}:{qualifier}" if qualifier else mapping["FunctionName"]
    return config["FunctionArn"]


def _function_url_reference(arguments: dict[str, Any]) -> str:
    from ministack.services import lambda_svc

    resolved = arguments.get("resolved") or lambda_svc.resolve_function_url(arguments["url_id"])
    if resolved is None:
        return ""
    account, region, name, qualifier, _config = resolved
    arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
    return f"{arn}:{qualifier}" if qualifier else arn
