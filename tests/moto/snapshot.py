"""Copies of the account, so that a test need not build the same one again and again.

All that exists is in the attributes of moto's backends, which refer to each other: the backends stay
what they are, and everything below them is copied as one.
"""

import copy

from moto.core.base_backend import BackendDict


def _backends():
    for service in BackendDict._instances:
        for account in service.values():
            yield from account.values()


def _copied(attributes, tokens, backends):
    return copy.deepcopy((attributes, tokens), {id(backend): backend for backend in backends})


def take(tokens):
    backends = list(_backends())
    return backends, *_copied([vars(backend) for backend in backends], tokens, backends)


def put_back(kept):
    """Answers the tokens. Backends that were made since are emptied."""
    backends, attributes, tokens = kept
    for backend in _backends():
        if not any(backend is known for known in backends):
            backend.reset()
    attributes, tokens = _copied(attributes, tokens, backends)
    for backend, those in zip(backends, attributes, strict=True):
        vars(backend).clear()
        vars(backend).update(those)
    return tokens
