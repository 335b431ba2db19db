"""The record of what the product asked of AWS, for tests to read."""

import threading
from collections import Counter

READING = ("Describe", "List", "Get", "Filter", "Lookup", "Head", "BatchGet")


def is_mutating(operation):
    return not operation.startswith(READING)


class Record:
    def __init__(self):
        self._lock = threading.Lock()
        self.clear()
        self.violations = []

    def clear(self):
        """Forgets calls, not violations: those must not be lost between two steps of a test."""
        with self._lock:
            self._calls = []

    def begin(self, call):
        """Notes a call on arrival; the caller sets the status when it is answered."""
        entry = {"service": call.service, "operation": call.operation, "status": None, "params": call.params}
        with self._lock:
            self._calls.append(entry)
        return entry

    def violation(self, call, problem):
        with self._lock:
            self.violations.append({"operation": call.name, "problem": problem, "params": call.params})

    def as_json(self, with_params):
        with self._lock:
            calls = list(self._calls)
        counts = Counter(f"{c['service']}.{c['operation']}" for c in calls)
        changes = {name: count for name, count in counts.items() if is_mutating(name.split(".")[1])}
        keys = ("service", "operation", "status") + (("params",) if with_params else ())
        return {
            "counts": counts,
            "total": len(calls),
            "mutating": sum(changes.values()),
            "changes": changes,
            "list": [[c[key] for key in keys] for c in calls],
        }
