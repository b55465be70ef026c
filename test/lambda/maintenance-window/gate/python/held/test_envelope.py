"""What is kept of an event beside its bytes."""

import pytest
from contract_files import contract_file
from patient_lambda_gate.held.envelope import capped, envelope_of
from patient_lambda_gate.quiet.invocation import RawInvocation, read_invocation
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.window.decision import Decision

STORE = contract_file("maintenance-window/store")
ENDLESS = Decision(True, None, None, False)


def invocation(context=None, identity=None, more=(), **named):
    raw = RawInvocation(None, None, "r-1", b"{}", "application/json", context, identity, "arn:f:live", 1, more, named)
    return read_invocation(raw, ("tenant_id", "log_sink"))


@pytest.fixture
def envelope(environment):
    return lambda given, decision=ENDLESS, ids=(), version=None: envelope_of(Settings(environment), given, list(ids), version, decision)


def test_what_there_is_not_is_left_out(envelope):
    assert envelope(invocation("", "")) == {
        "schema": 1,
        "functionArn": "arn:f:live",
        "functionVersion": "7",
        "operatorParameter": "/w/operator",
        "cacheTtl": 30,
        "leadTime": 0,
    }


def test_what_there_is_has_the_contracts_names(envelope, environment, monkeypatch):
    environment["PATIENT_LAMBDA_PLANNED_PARAMETER"] = "/w/planned"
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1")
    found = envelope(invocation("{}", "i", ("tenant",)), Decision(True, 5, "why", False), ["m"], 4)
    assert set(found) == set(STORE["envelope"])
    assert [found[name] for name in ("traceId", "identity", "tenantId", "until", "reason", "sourceIds", "operatorVersion")] == [
        "Root=1",
        "i",
        "tenant",
        5,
        "why",
        ["m"],
        4,
    ]


def test_a_forged_mark_is_not_kept(envelope):
    assert envelope(invocation('{"custom":{"maintenanceReplay":{},"own":1}}'))["clientContext"] == '{"custom":{"own":1}}'


def test_a_tenant_may_come_by_its_name(envelope):
    assert envelope(invocation(tenant_id="tenant"))["tenantId"] == "tenant"


def test_the_ids_of_a_large_batch_do_not_make_the_row_too_large(envelope):
    found = envelope(invocation(), ids=[f"{number:036d}" for number in range(10_000)])
    assert len(found["sourceIds"]) == STORE["limits"]["mostSourceIds"]["value"]


@pytest.mark.parametrize(("ids", "kept"), [(["x" * 65_532], 1), (["x" * 65_533], 0), (["é" * 400] * 1000, 62), ([], 0)])
def test_ids_as_long_as_an_event_do_not_make_the_row_too_large(ids, kept):
    assert capped(ids) == ids[:kept]
