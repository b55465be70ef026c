"""What operators see: metrics in the embedded metric format and plain log lines, both on standard output.

Written to its descriptor: user code may have closed or replaced the streams, and what the gate has to say must not fail an invocation."""

from __future__ import annotations

from patient_lambda_python.taken import Descriptors

from patient_lambda_gate.quiet.times import now_ms

# Standard output, then standard error, which goes to the same log.
DESCRIPTORS = (1, 2)


class Reporter:
    """One for each process. Writes whole lines, so that other output cannot fall in between."""

    def __init__(self, function_key: str, json_logs: bool = False) -> None:
        self._function_key = function_key
        self._json_logs = json_logs
        self._outputs = [(descriptor, _file_of(descriptor)) for descriptor in DESCRIPTORS]

    def count(self, metric: str) -> None:
        """Adds one to one of the contract's metrics, for example ``storeFailed``."""
        from patient_lambda_gate.quiet.lines import metric_line

        self._write(metric_line(metric, self._function_key, self._json_logs, now_ms()))

    def log(self, message: str) -> None:
        """Never called with an event's content."""
        from patient_lambda_gate.quiet.lines import log_line

        self._write(log_line(message, self._json_logs, now_ms()))

    def _write(self, line: str) -> None:
        """One whole line, where somebody reads it."""
        for descriptor, file in self._outputs:
            if file is not None and _file_of(descriptor) == file and _wrote(descriptor, (line + "\n").encode("utf-8", "replace")):
                return


def _file_of(descriptor: int) -> tuple[int, int] | None:
    """What a descriptor stands for, None when it is closed: one that was closed may be a connection by now."""
    try:
        found = Descriptors.state(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _wrote(descriptor: int, line: bytes) -> bool:
    """False when nobody reads what is written there."""
    try:
        while line:
            line = line[Descriptors.write(descriptor, line) :]
    except OSError:
        return False
    return True
