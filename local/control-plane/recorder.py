"""Notes every API request that reaches the bed's address, so that least privilege can be judged by what really happened."""

import base64
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from leading_keys import leading_keys
from permissions import permissions

# Enough to find the action and the resource of any request, and the keys of a DynamoDB item (at most 400 KB)
KEPT_BODY_BYTES = 1_048_576

Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]


class Exchange:
    """One request as it passes: the beginning of its body, its answer's status, and whether it was refused for its rate."""

    def __init__(self, scope: dict[str, Any], account: str, region: str, keep_body: bool) -> None:
        self._scope = scope
        self._account = account
        self._region = region
        self._keep_body = keep_body
        self._started = time.time()
        self._body = bytearray()
        self._status = 0
        self.throttled = False

    def receiving(self, receive: Receive) -> Receive:
        async def tee() -> dict[str, Any]:
            message = await receive()
            if message["type"] == "http.request" and len(self._body) < KEPT_BODY_BYTES:
                self._body += message.get("body", b"")[: KEPT_BODY_BYTES - len(self._body)]
            return message

        return tee

    def sending(self, send: Send) -> Send:
        async def tee(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
            await send(message)

        return tee

    def record(self) -> dict[str, Any]:
        """service, action and resource in IAM's words."""
        from ministack import app
        from ministack.core import iam_actions, router

        method, path = self._scope["method"], self._scope["path"]
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in self._scope["headers"]}
        query = parse_qs(self._scope.get("query_string", b"").decode("utf-8", "replace"), keep_blank_values=True)
        body = bytes(self._body)
        params = app._routing_params(method, path, headers, body, query)
        service = router.detect_service(method, path, headers, params)
        action = iam_actions.extract_iam_action(service, method, path, headers, body, params)
        resource = iam_actions.extract_resource_arn(service, method, path, headers, body, params, self._region, self._account)
        return {
            "time": round(self._started * 1000),
            "durationMs": round((time.time() - self._started) * 1000),
            "method": method,
            "path": path,
            "service": service,
            "action": action,
            "resource": resource,
            "permissions": permissions(action, resource, body, self._region, self._account),
            "status": self._status,
            "throttled": self.throttled,
            "accessKeyId": router.extract_access_key_id(headers, query) or None,
            "leadingKeys": leading_keys(body) if service == "dynamodb" else [],
            **({"body": base64.b64encode(body).decode()} if self._keep_body else {}),
        }
