"""Starts the emulator with the bed's doors in place, on one free port of 127.0.0.1, for as long as its parent lives.

Arguments: one JSON object {dataPlane, workDir, account, region, keepBodies, parameterStoreRequestsPerSecond}.
Standard output carries JSON lines to the parent:
{"type": "ready", "port", "emulator"}, {"type": "request", ...}, {"type": "answer", ...}, {"type": "undelivered", ...}, {"type": "refused", "reason"}.
The parent holds standard input open; when it closes, for whatever reason, the work directory is removed and the
process ends at once.
"""

import asyncio
import importlib.metadata
import json
import os
import queue
import shutil
import signal
import socket
import sys
import threading
import time
from typing import Any

# Sandboxes that die with the parent may hold files in the work directory a moment longer
REMOVAL_SECONDS = 2.5


class Parent:
    """The lines that the parent reads. Written by a thread of their own, so that a slow parent stops no request."""

    def __init__(self) -> None:
        # Whatever the emulator prints goes to standard error; the real standard output is the parent's alone
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True, name="bed-parent").start()

    def tell(self, message: dict[str, Any]) -> None:
        self._lines.put(json.dumps(message))

    def tell_now(self, message: dict[str, Any]) -> None:
        """For the last words before the process ends."""
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def _write(self) -> None:
        while True:
            try:
                self._out.write(self._lines.get() + "\n")
                self._out.flush()
            except OSError:
                return  # the parent is gone; standard input says so too


def end_with_parent(work_dir: str) -> None:
    """End the process when standard input closes, leaving neither file nor port."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        deadline = time.monotonic() + REMOVAL_SECONDS
        while os.path.exists(work_dir) and time.monotonic() < deadline:
            shutil.rmtree(work_dir, ignore_errors=True)
            time.sleep(0.05)
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="bed-watch").start()


def settle_environment(port: int, work_dir: str, account: str, region: str) -> None:
    """What the emulator reads when it is imported."""
    os.environ.update(
        {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_ACCOUNT_ID": account,
            "MINISTACK_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "STATE_DIR": os.path.join(work_dir, "state"),
            "S3_DATA_DIR": os.path.join(work_dir, "s3"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
        }
    )


def build(options: dict[str, Any], parent: Parent) -> Any:
    """The bed's ASGI application, every door checked and in place."""
    import doors
    from corrections import (
        cancelled_updates,
        chain,
        dynamic_references,
        event_invoke_config,
        failed_creates,
        function_settings,
        parameter_events,
        parameter_store,
        parameter_tags,
        parameter_times,
        point_in_time_recovery,
        put_events,
        secret_ids,
        stack_events,
        taken_table_names,
    )
    from custom_resources import CustomResources
    from delivery import DataPlane
    from front import Front
    from functions import Functions
    from parameter_store_rate import ParameterStoreRate
    from triggers import Triggers

    doors.verify()
    data_plane = DataPlane(options["dataPlane"])
    triggers = Triggers(
        data_plane, lambda trigger, function, reason: parent.tell({"type": "undelivered", "trigger": trigger, "function": function, "reason": reason})
    )
    triggers.install()
    answers = CustomResources(
        lambda function, payload: triggers.deliver("cloudformation", function, payload),
        options["region"],
        lambda answer: parent.tell({"type": "answer", **answer}),
    )
    doors.put_in_place(doors.row_of("cloudformation")["door"], lambda _original: answers.invoke)
    for correction in (
        failed_creates,
        cancelled_updates,
        dynamic_references,
        event_invoke_config,
        function_settings,
        parameter_events,
        parameter_store,
        parameter_tags,
        parameter_times,
        point_in_time_recovery,
        put_events,
        secret_ids,
        stack_events,
        taken_table_names,
        chain,
    ):
        correction.install(answers)

    from ministack.app import app

    account, region = options["account"], options["region"]
    rate = ParameterStoreRate(options["parameterStoreRequestsPerSecond"])
    return Front(app, data_plane, Functions(account, region), answers, rate, account, region, options["keepBodies"], parent.tell)


async def serve(application: Any, listening: socket.socket, parent: Parent) -> None:
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0
    config.accesslog = None

    async def announced(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return

        async def watched(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                version = f"ministack {importlib.metadata.version('ministack')}"
                parent.tell({"type": "ready", "port": listening.getsockname()[1], "emulator": version})

        await application(scope, receive, watched)

    # No trigger but the parent's end: the watch thread ends the process
    await hypercorn_serve(announced, config, shutdown_trigger=asyncio.Event().wait)


def main() -> None:
    # A terminal's Ctrl-C reaches the whole group; the parent decides, and its end is seen on standard input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    options = json.loads(sys.argv[1])
    parent = Parent()
    end_with_parent(options["workDir"])
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen(256)
    settle_environment(listening.getsockname()[1], options["workDir"], options["account"], options["region"])
    try:
        application = build(options, parent)
    except Exception as error:
        parent.tell_now({"type": "refused", "reason": f"{type(error).__name__}: {error}"})
        raise
    asyncio.run(serve(application, listening, parent))


if __name__ == "__main__":
    main()
