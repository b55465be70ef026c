"""The bed's one address: takes what belongs to the data plane with its raw bytes and lets the rest pass to the emulator."""

import asyncio
import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

import custom_resources
import delivery
import tag_conditions
from corrections import chain
from custom_resources import CustomResources
from delivery import Answer, DataPlane, Invocation
from functions import Functions, Refused
from parameter_store_rate import ParameterStoreRate
from recorder import Exchange

INVOKE = re.compile(r"^/2015-03-31/functions/(?P<function>[^/]+)/invocations/?$")
INVOKE_ASYNC = re.compile(r"^/2014-11-13/functions/(?P<function>[^/]+)/invoke-async/?$")
INVOKE_STREAM = re.compile(r"^/2021-11-15/functions/(?P<function>[^/]+)/response-streaming-invocations/?$")
MODES = ("Event", "RequestResponse", "DryRun")


class Front:
    """ASGI application around the emulator's."""

    def __init__(
        self,
        emulator: Callable[..., Any],
        data_plane: DataPlane,
        functions: Functions,
        answers: CustomResources,
        parameter_store_rate: ParameterStoreRate,
        account: str,
        region: str,
        keep_bodies: bool,
        emit: Callable[[dict[str, Any]], None],
    ) -> None:
        self._emulator = emulator
        self._data_plane = data_plane
        self._functions = functions
        self._answers = answers
        self._parameter_store_rate = parameter_store_rate
        self._account = account
        self._region = region
        self._keep_bodies = keep_bodies
        self._emit = emit

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._emulator(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith("/_bed/"):
            await _send(send, self._bed(path, _query(scope)))
            return
        headers = _headers(scope)
        chain.enter(headers.get(chain.HEADER, ""))
        exchange = Exchange(scope, self._account, self._region, self._keep_bodies)
        receive, send = exchange.receiving(receive), exchange.sending(send)
        try:
            if self._parameter_store_rate.refuses(headers.get("x-amz-target", "")):
                exchange.throttled = True
                await _body(receive)
                await _send(send, _rate_exceeded())
            elif refusal := tag_conditions.refusal(scope["method"], path, headers, self._region, self._account):
                await _body(receive)
                await _send(send, _error(403, "AccessDeniedException", refusal))
            elif not await self._taken(scope, receive, send):
                await self._emulator(scope, receive, send)
        except CallerGone:
            pass  # nobody is left to answer
        finally:
            self._emit({"type": "request", **exchange.record()})

    async def _taken(self, scope: dict[str, Any], receive: Any, send: Any) -> bool:
        """Answer what never reaches the emulator. False when it is the emulator's."""
        method, path = scope["method"], scope["path"]
        if method == "PUT" and path.startswith(custom_resources.PATH):
            body = await _body(receive)
            signature = _query(scope).get(custom_resources.SIGNATURE, "")
            status, answer = self._answers.take(path[len(custom_resources.PATH) :], signature, _headers(scope).get("content-type", ""), body)
            await _send(send, Answer(status, [("content-type", "application/xml")] if answer else [], answer))
            return True
        if method != "POST":
            return False
        # The raw path, so that a slash within an encoded name stays part of the name
        raw = (scope.get("raw_path") or path.encode()).decode("ascii").split("?")[0]
        if found := INVOKE_STREAM.match(raw):
            await _body(receive)
            await _send(send, _error(501, "ServiceException", "InvokeWithResponseStream: this bed does not stream responses; use Invoke"))
        elif found := INVOKE.match(raw):
            await self._invoke(unquote(found["function"]), scope, receive, send)
        elif found := INVOKE_ASYNC.match(raw):
            await self._invoke_async(unquote(found["function"]), scope, receive, send)
        else:
            return False
        return True

    async def _invoke(self, function: str, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = _headers(scope)
        payload = await _body(receive)
        mode = headers.get("x-amz-invocation-type", "RequestResponse")
        if mode not in MODES:
            await _send(
                send,
                _error(
                    400,
                    "ValidationException",
                    f"1 validation error detected: Value '{mode}' at 'invocationType' failed to satisfy constraint: "
                    f"Member must satisfy enum value set: [{', '.join(MODES)}]",
                ),
            )
            return
        forwarded = {name: headers[name] for name in delivery.FORWARDED_HEADERS if name in headers}
        qualifier = _query(scope).get("Qualifier", "")
        await _send(send, await self._hand_over(Invocation("invoke", mode, function, payload, qualifier, forwarded)))

    async def _invoke_async(self, function: str, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """The deprecated InvokeAsync: always asynchronous, its answer is the status alone."""
        answer = await self._hand_over(Invocation("invoke", "Event", function, await _body(receive)))
        if answer.status == 202:
            answer = Answer(202, [("content-type", "application/json")], b'{"Status":202}')
        await _send(send, answer)

    async def _hand_over(self, invocation: Invocation) -> Answer:
        """A thread for each call: a function may call back to this address while it runs, so no pool may bound them."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def finish(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        def call() -> None:
            try:
                answer = self._data_plane.invoke(invocation)
            except Exception as error:  # Invoke's caller is told; nothing else waits for this thread
                answer = delivery.unreachable(error)
            try:
                loop.call_soon_threadsafe(finish, answer)
            except RuntimeError:
                pass  # the loop closed with the bed

        threading.Thread(target=call, daemon=True, name="bed-invoke").start()
        return await future

    def _bed(self, path: str, query: dict[str, str]) -> Answer:
        try:
            name, qualifier = query.get("name", ""), query.get("qualifier", "")
            if path == "/_bed/function":
                return _json(self._functions.describe(name, qualifier))
            if path == "/_bed/code":
                code, sha = self._functions.code(name, qualifier)
                return Answer(200, [("content-type", "application/zip"), ("x-code-sha256", sha)], code)
            if path == "/_bed/layer":
                return Answer(200, [("content-type", "application/zip")], self._functions.layer(query.get("arn", "")))
        except Refused as refused:
            return Answer(refused.status, [("content-type", "application/json"), ("x-amzn-errortype", refused.code)], refused.body())
        return _error(404, "ResourceNotFoundException", f"the bed has no {path}")


def _json(value: Any) -> Answer:
    return Answer(200, [("content-type", "application/json")], json.dumps(value).encode())


def _error(status: int, code: str, message: str) -> Answer:
    body = {"Type": "User" if status < 500 else "Service", "message": message}
    return Answer(status, [("content-type", "application/json"), ("x-amzn-errortype", code)], json.dumps(body).encode())


def _rate_exceeded() -> Answer:
    """As the services answer whose protocol is JSON 1.1."""
    body = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    return Answer(400, [("content-type", "application/x-amz-json-1.1")], json.dumps(body).encode())


def _headers(scope: dict[str, Any]) -> dict[str, str]:
    return {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}


def _query(scope: dict[str, Any]) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(scope.get("query_string", b"").decode("utf-8", "replace")).items()}


class CallerGone(Exception):
    """The caller closed its connection before its request was complete."""


async def _body(receive: Any) -> bytes:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send(send: Any, answer: Answer) -> None:
    headers = [(key.lower().encode("latin-1"), value.encode("latin-1")) for key, value in answer.headers]
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
