"""Windows as tests write them, and a reader that answers with them."""

import threading
from datetime import datetime

from patient_lambda_gate.quiet.known_window import KnownWindow
from patient_lambda_gate.quiet.reading import Reading
from patient_lambda_gate.window.value import parse_operator, parse_planned

TTL = 30_000  # of a cache, unless a test says otherwise


def ms(text: str) -> int:
    """Epoch milliseconds of an ISO 8601 text."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def reading(
    operator: str, planned: str | None = None, failure: str | None = None, modified: float = 0, version: int = 2, stale: str | None = None
) -> Reading:
    return Reading(parse_operator(operator), version, modified, planned and parse_planned(planned), failure, stale)


class Reader:
    """Answers from a list, the last one for ever; remembers budgets. An answer that is a list itself is one read's readings, one after another."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.budgets = []

    def __call__(self, budget):
        self.budgets.append(budget)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        for part in answer if isinstance(answer, list) else [answer]:
            if isinstance(part, Exception):
                raise part
            if not isinstance(part, threading.Event):
                yield part
            elif part.wait(5) and part is answer:
                yield reading("on")


def is_on(cache) -> bool | None:
    state = cache.state(60_000)
    return state.decision.on if isinstance(state, KnownWindow) else None


def quiet_span(cache, clock) -> tuple:
    """Between which moments from now nothing need be asked."""
    moments = range(-1, 2 * TTL)
    quiet = [moment for moment in moments if cache.is_quiet(clock.now + moment)]
    return quiet[0], quiet[-1] + 1
