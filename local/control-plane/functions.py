"""What the data plane asks about functions, from the emulator's own records: /_bed/function, /_bed/code, /_bed/layer."""

import base64
import hashlib
import json
from typing import Any

from corrections import event_invoke_config

LATEST = "$LATEST"


class Refused(Exception):
    """An answer in Lambda's error shape."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def body(self) -> bytes:
        return json.dumps({"Type": "User" if self.status < 500 else "Service", "Message": str(self)}).encode()


class Functions:
    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def describe(self, name: str, qualifier: str) -> dict[str, Any]:
        """The function as called, with the configuration of the version that runs."""
        function, version, called = self._find(name, qualifier)
        config = version["config"]
        arn = function["config"]["FunctionArn"]
        return {
            "functionName": config["FunctionName"],
            "functionArn": arn,
            "invokedArn": f"{arn}:{called}" if called else arn,
            "version": config["Version"],
            "qualifier": called,
            "runtime": config["Runtime"],
            "handler": config["Handler"],
            "timeout": int(config["Timeout"]),
            "memorySize": int(config["MemorySize"]),
            "ephemeralStorage": int(config["EphemeralStorage"]["Size"]),
            "environment": {k: str(v) for k, v in ((config.get("Environment") or {}).get("Variables") or {}).items()},
            "layers": [layer["Arn"] for layer in config.get("Layers") or []],
            "role": config["Role"],
            "codeSha256": config["CodeSha256"],
            "revisionId": config["RevisionId"],
            "architectures": config["Architectures"],
            "packageType": config["PackageType"],
            "tracingMode": (config.get("TracingConfig") or {}).get("Mode", "PassThrough"),
            "logGroup": (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}",
            "eventInvokeConfig": event_invoke_config.of_qualifier(function, called),
            "deadLetterTargetArn": (config.get("DeadLetterConfig") or {}).get("TargetArn"),
            "reservedConcurrency": function.get("concurrency"),
            "recursiveLoop": function.get("recursive_loop") or "Terminate",
        }

    def code(self, name: str, qualifier: str) -> tuple[bytes, str]:
        """The zip of exactly that version, and its CodeSha256."""
        _function, version, _called = self._find(name, qualifier)
        config, code = version["config"], version.get("code_zip")
        if config["PackageType"] != "Zip" or not code:
            raise Refused(
                501, "ServiceException", f"{config['FunctionArn']} has no zip (package type {config['PackageType']}): this bed runs zip packages"
            )
        sha = base64.b64encode(hashlib.sha256(code).digest()).decode()
        if sha != config["CodeSha256"]:
            raise Refused(
                500, "ServiceException", f"{config['FunctionArn']}: the emulator holds code {sha} where CodeSha256 is {config['CodeSha256']}"
            )
        return code, sha

    def layer(self, arn: str) -> bytes:
        """The zip of one layer version."""
        from ministack.core.responses import request_scope
        from ministack.services import lambda_svc

        with request_scope(self._account, self._region):
            content = lambda_svc._resolve_layer_zip(arn)
        if not content:
            raise Refused(404, "ResourceNotFoundException", f"Layer version {arn} does not exist.")
        return content

    def _find(self, name: str, qualifier: str) -> tuple[dict[str, Any], dict[str, Any], str]:
        """(function record, record of the version that runs, qualifier as called). Raises Refused."""
        from ministack.services import lambda_svc

        plain, from_name = lambda_svc._resolve_name_and_qualifier(name)
        if from_name and qualifier and from_name != qualifier:
            raise Refused(
                400, "InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."
            )
        called = from_name or qualifier or ""
        parts = name.split(":")
        account, region = (parts[4], parts[3]) if name.startswith("arn:") and len(parts) > 6 else (self._account, self._region)
        function = lambda_svc._functions.get_scoped(account, region, plain)
        arn = f"arn:aws:lambda:{region}:{account}:function:{plain}" + (f":{called}" if called else "")
        if function is None:
            raise Refused(404, "ResourceNotFoundException", f"Function not found: {arn}")
        weights = ((function.get("aliases") or {}).get(called, {}).get("RoutingConfig") or {}).get("AdditionalVersionWeights")
        if weights:
            raise Refused(501, "ServiceException", f"{arn} splits its calls between versions {weights}: this bed does not route by weight")
        version, _config = lambda_svc._effective_func_record_for_qualifier(function, called or None)
        if version is None:
            raise Refused(404, "ResourceNotFoundException", f"Function not found: {arn}")
        return function, version, called
