"""Faults on chosen calls: lost connections, server errors, throttling, calls that never return."""

import select
import socket
import threading
import time

from record import is_mutating

MODES = {
    "drop-before",  # close the connection, nothing happened
    "drop-answer",  # it happened, then close the connection without a byte
    "error-500",
    "error-503",
    "error-500-after",  # it happened, then a server error
    "throttle",
    "hold",  # it happened, then no answer until the client goes or HOLD_SECONDS are over
    "hold-before",  # the same, and nothing happened
}
HOLD_SECONDS = 30


class Fault:
    def __init__(self, mode, operation="*", nth=1, repeat=1):
        if mode not in MODES:
            raise ValueError(f"mode {mode!r} is none of {', '.join(sorted(MODES))}")
        self.mode, self.operation, self.nth, self.repeat = mode, operation, nth, repeat
        self.seen = self.fired = 0

    def matches(self, call):
        if self.operation == "mutating":
            return is_mutating(call.operation)
        return self.operation in ("*", call.operation, call.name)

    def strikes(self):
        """Counts one matching call and tells whether the fault is for it."""
        self.seen += 1
        hit = self.nth <= self.seen < self.nth + self.repeat
        self.fired += hit
        return hit

    def as_json(self):
        return dict(vars(self), armed=self.fired < self.repeat)


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []

    def arm(self, **fault):
        with self._lock:
            self._faults.append(Fault(**fault))

    def clear(self):
        with self._lock:
            self._faults.clear()

    def strike(self, call):
        """The mode of the fault this call is struck by, or None. Every fault counts the call."""
        with self._lock:
            struck = [f.mode for f in self._faults if f.matches(call) and f.strikes()]
        return struck[0] if struck else None

    def as_json(self):
        with self._lock:
            faults = [f.as_json() for f in self._faults]
        return {
            "fired": sum(f["fired"] for f in faults),
            "armed": sum(f["armed"] for f in faults),
            "faults": faults,
        }


class Holds:
    """Calls whose clients wait for an answer that does not come."""

    def __init__(self):
        self._lock = threading.Lock()
        self._generation = 0
        self.count = 0

    def hold(self, connection):
        """Returns when the client is gone, the time is up, or all holds are released."""
        with self._lock:
            self.count += 1
            generation = self._generation
        end = time.monotonic() + HOLD_SECONDS
        while time.monotonic() < end and generation == self._generation and _connected(connection):
            pass
        with self._lock:
            self.count -= 1

    def release(self):
        self._generation += 1


def _connected(connection):
    """Waits a moment for the other side to close."""
    readable, _, _ = select.select([connection], [], [], 0.05)
    try:
        return not readable or connection.recv(1, socket.MSG_PEEK) != b""
    except OSError:
        return False
