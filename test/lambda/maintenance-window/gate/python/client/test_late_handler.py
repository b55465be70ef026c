"""Handlers that are not loaded while a window is on, through a client's seam. Order and outcomes are those of the Node.js gate."""

import json
import os

import pytest
from patient_lambda_gate.client import late_handler
from rows import KEY, put
from world import OFF, ON, POINTER, S3, UNKNOWN


@pytest.fixture
def held_handler(monkeypatch):
    monkeypatch.setattr(late_handler, "_loaded", None)
    monkeypatch.setenv("_HANDLER", "app.handler")
    return late_handler


def test_a_held_handler_is_loaded_by_the_first_invocation_that_may_run(world, held_handler):
    made = world(ON, OFF)
    loads = []
    made.bootstrap._get_handler = lambda name: loads.append(name) or made.handler
    held_handler.hold(made.bootstrap)
    assert os.environ["_HANDLER"] == "patient_lambda_gate.client.late_handler.handler"
    made.invoke(S3, handler=late_handler.handler)
    assert loads == []
    made.clock.now += 30_000
    for _ in range(2):
        assert made.invoke(S3, handler=late_handler.handler) == ("result", {"ok": 1})
    assert (loads, os.environ["_HANDLER"]) == (["app.handler"], "app.handler")


def test_a_held_handler_is_loaded_by_a_request_that_always_runs_and_others_are_still_held(world, held_handler):
    made = world(ON, PATIENT_LAMBDA_ALWAYS_RUN='["GET /health"]')
    loads = []
    made.bootstrap._get_handler = lambda name: loads.append(name) or made.handler
    held_handler.hold(made.bootstrap)
    health = b'{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/health"}'
    for _ in range(2):
        assert made.invoke(S3, handler=late_handler.handler)[1]["maintenanceWindow"]["status"] == "DEFERRED"
        assert made.invoke(health, handler=late_handler.handler) == ("result", {"ok": 1})
    assert (loads, len(made.seen)) == (["app.handler"], 2)


def traced(made, result=None):
    """A loader of user code that patches the client, as tracing does; and what the tool saw: events with their results or errors."""
    seen = []

    def patch(name):
        behind = made.bootstrap.handle_event_request

        def handle_event_request(client, handler, *more, **named):
            def tracing(event, context):
                try:
                    answer = handler(event, context)
                except Exception as error:
                    seen.append((event, type(error).__name__))
                    raise
                seen.append((event, answer))
                return answer

            return behind(client, tracing, *more, **named)

        made.bootstrap.handle_event_request = handle_event_request
        if result:
            raise result
        return made.handler

    return patch, seen


@pytest.mark.parametrize("is_quiet", [False, True], ids=["cold", "quiet"])
def test_a_tool_that_patches_the_client_as_the_handler_is_loaded_sees_that_invocation_once_and_the_next_ones(world, held_handler, is_quiet):
    made = world(OFF)
    if is_quiet:
        made.gate.parts.cache.state(60_000)
    made.bootstrap._get_handler, seen = traced(made)
    held_handler.hold(made.bootstrap)
    for number in range(2):
        assert made.invoke(b'{"n": %d}' % number, handler=late_handler.handler) == ("result", {"ok": 1})
    assert seen == [({"n": 0}, {"ok": 1}), ({"n": 1}, {"ok": 1})]


def test_a_tool_that_patches_the_client_as_the_handler_is_loaded_sees_the_event_of_a_replay_and_nothing_of_what_is_held(world, held_handler):
    made = world(OFF, ON)
    put(made.dynamo, body=UNKNOWN, source="direct")
    made.bootstrap._get_handler, seen = traced(made)
    held_handler.hold(made.bootstrap)
    assert made.invoke(POINTER, handler=late_handler.handler) == ("result", {"ok": 1})
    assert made.dynamo.row(KEY)["state"] == "DONE"
    made.clock.now += 30_000
    assert made.invoke(S3, handler=late_handler.handler)[1]["maintenanceWindow"]["status"] == "DEFERRED"
    assert seen == [(json.loads(UNKNOWN), {"ok": 1})]


def test_an_invocation_that_a_tool_sees_is_not_planned_again_though_a_window_has_begun_while_the_handler_was_loaded(world, held_handler):
    made = world(OFF, ON)
    patch, seen = traced(made)

    def slow(name):
        made.clock.now += 30_000
        return patch(name)

    made.bootstrap._get_handler = slow
    held_handler.hold(made.bootstrap)
    assert made.invoke(b"{}", handler=late_handler.handler) == ("result", {"ok": 1})
    assert (seen, made.dynamo.items) == ([({}, {"ok": 1})], {})


def test_a_tool_that_patched_the_client_before_sees_the_invocation_that_loads_the_handler_once(world, held_handler):
    made = world(OFF)
    made.bootstrap._get_handler = lambda name: made.handler
    held_handler.hold(made.bootstrap)
    behind, seen = made.bootstrap.handle_event_request, []

    def handle_event_request(client, handler, request_id, *more, **named):
        seen.append(request_id)
        return behind(client, handler, request_id, *more, **named)

    made.bootstrap.handle_event_request = handle_event_request
    for request_id in ("r-1", "r-2"):
        assert made.invoke(b"{}", request_id, handler=late_handler.handler) == ("result", {"ok": 1})
    assert seen == ["r-1", "r-2"]


def test_a_tool_that_has_patched_the_client_hears_why_the_handler_could_not_be_loaded(world, held_handler):
    made = world(OFF)
    made.bootstrap._get_handler, seen = traced(made, ImportError("no database"))
    held_handler.hold(made.bootstrap)
    with pytest.raises(SystemExit):
        made.invoke(b"{}", handler=late_handler.handler)
    assert seen == [({}, "ImportError")]
    assert made.client.posted[0][2]["errorType"] == "ImportError"


@pytest.mark.parametrize("name", ["get_handler", None])
def test_a_loader_under_another_name_is_found(world, held_handler, name, monkeypatch, tmp_path):
    made = world(OFF)
    del made.bootstrap._get_handler
    if name:
        setattr(made.bootstrap, name, lambda _: made.handler)
    else:
        (tmp_path / "late_app.py").write_text("def handler(event, context):\n    return {'ok': 1}\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("_HANDLER", "late_app.handler")
    held_handler.hold(made.bootstrap)
    assert made.invoke(S3, handler=late_handler.handler) == ("result", {"ok": 1})


@pytest.mark.parametrize("is_quiet", [False, True], ids=["cold", "quiet"])
def test_a_late_load_that_fails_is_that_invocations_error_and_ends_the_process(world, held_handler, is_quiet):
    made = world(OFF)
    if is_quiet:
        made.gate.parts.cache.state(60_000)
    assert made.gate.is_quiet(S3, None) is is_quiet

    def broken(name):
        raise ImportError("no database")

    made.bootstrap._get_handler = broken
    held_handler.hold(made.bootstrap)
    with pytest.raises(SystemExit):
        made.invoke(S3, handler=late_handler.handler)
    assert made.client.posted[0][2]["errorType"] == "ImportError"


def test_a_replay_whose_handler_cannot_be_loaded_is_a_failed_attempt(world, held_handler):
    made = world(OFF)
    put(made.dynamo, body=UNKNOWN, source="direct")

    def broken(name):
        raise ImportError("no database")

    made.bootstrap._get_handler = broken
    held_handler.hold(made.bootstrap)
    with pytest.raises(SystemExit):
        made.invoke(POINTER, handler=late_handler.handler)
    assert made.dynamo.row(KEY)["outcome"]["errorType"] == "ImportError"
    assert json.loads(made.client.posted[0][2])["maintenanceReplay"]["status"] == "FAILED"
