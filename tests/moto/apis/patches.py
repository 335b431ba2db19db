"""Patch operations, by which version 1 changes things."""

from apis.service import bad

BOOLEANS = {"/disableExecuteApiEndpoint"}


def patched(thing, given, *paths):
    """Replaces what stands at some of `paths`."""
    for patch in given.get("patchOperations", []):
        if patch["path"] not in paths:
            bad(f"Invalid patch path {patch['path']}")
        if patch["op"] != "replace":
            bad(f"Invalid patch operation specified: {patch['op']}")
        value = patch.get("value", "")
        thing.described[patch["path"][1:]] = value == "true" if patch["path"] in BOOLEANS else value
    return thing.described
