"""Whether a hold is on: precedence, guard, next change. Vectors are those that TypeScript runs."""

import random

import pytest
from contract_files import contract_file
from patient_lambda_gate.window.decision import decide, guarded, last_operated, next_change
from patient_lambda_gate.window.value import parse_operator, parse_planned
from windows import ms

CONTRACT = contract_file("maintenance-window/window")


def parsed(vector: dict) -> tuple:
    return parse_operator(vector["operator"]), parse_planned(vector["planned"]) if vector["planned"] else None


@pytest.mark.parametrize("vector", CONTRACT["decisionVectors"], ids=lambda vector: vector["name"])
def test_decision(vector):
    decision = decide(*parsed(vector), vector["leadSeconds"] * 1000, ms(vector["now"]))
    until = ms(vector["until"]) if vector["until"] else None
    assert (decision.on, decision.until, decision.reason, decision.planned_stale) == (vector["on"], until, vector["reason"], vector["plannedStale"])


@pytest.mark.parametrize("vector", CONTRACT["guardVectors"], ids=lambda vector: vector["name"])
def test_guard(vector):
    operator, planned = parsed(vector)
    operated = last_operated(operator, vector["operatorVersion"], ms(vector["operatorLastModified"]))
    found = guarded(operator, planned, operated, vector["guardSeconds"] * 1000, ms(vector["now"]))
    assert found is vector["guarded"]


def test_nothing_changes_between_a_moment_and_the_next_change():
    """What the warm path skips cannot have changed."""
    choose = random.Random(1)
    base = ms("2027-01-10T00:00:00Z")
    for _ in range(300):
        spans = [f"2027-01-10T0{choose.randrange(6)}:00Z/PT{choose.randrange(1, 200)}M" for _ in range(choose.randrange(3))]
        mode = choose.choice(["auto", "off", "on-until 2027-01-10T03:00Z", "off-until 2027-01-10T02:00Z"])
        operator = parse_operator(mode + (";" + ",".join(spans) if spans else ""))
        planned = choose.choice([None, parse_planned("until 2027-01-10T05:00Z;2027-01-10T01:00Z/PT10H")])
        lead, guard, modified = choose.choice([0, 600_000]), choose.choice([0, 900_000]), base - choose.randrange(0, 1_000_000)
        now = base + choose.randrange(0, 8 * 3_600_000)
        change = next_change(operator, planned, lead, modified, guard, now)
        later = choose.uniform(now, min(change, now + 10_000_000))
        if later >= change:
            continue

        def seen(at):
            decision = decide(operator, planned, lead, at)
            return decision.on, decision.until, decision.planned_stale, guarded(operator, planned, modified, guard, at)

        assert seen(now) == seen(later)
