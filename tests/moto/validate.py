"""Parameters held against the service model: what AWS would refuse and moto lets pass.

botocore has a validator of its own, but it knows neither enumerations nor patterns.
"""

import functools
import html
import re

TYPES = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}


def problems(shape, value, at=""):
    """Everything about `value` that its shape forbids, as readable lines."""
    expected = TYPES.get(shape.type_name)
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool)):
        return [f"{at}: {value!r} is no {shape.type_name}"]
    found = list(_limits(shape, value, at))
    if shape.type_name == "structure":
        found += _structure(shape, value, at)
    elif shape.type_name == "list":
        for i, item in enumerate(value):
            found += problems(shape.member, item, f"{at}[{i}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            found += problems(shape.key, key, f"{at} key") + problems(shape.value, item, f"{at}.{key}")
    return found


def _structure(shape, value, at):
    if getattr(shape, "is_document_type", False):
        return []
    prefix = f"{at}." if at else ""
    found = [f"{prefix}{name}: required, but missing" for name in shape.required_members if name not in value]
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        found.append(f"{at}: exactly one of {', '.join(shape.members)} expected, {len(value)} given")
    for name, item in value.items():
        found += problems(shape.members[name], item, f"{prefix}{name}")
    return found


def _limits(shape, value, at):
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{at}: {value!r} is none of {', '.join(allowed[:12])}{' ...' if len(allowed) > 12 else ''}"
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name in ("string", "list", "map", "blob"):
        size, what = len(value), "length"
    elif shape.type_name in ("integer", "long", "float", "double"):
        size, what = value, "value"
    else:
        return
    if least is not None and size < least:
        yield f"{at}: {what} {size} is below the minimum of {least}"
    if most is not None and size > most:
        yield f"{at}: {what} {size} is above the maximum of {most}"
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not _matches(pattern, value):
        yield f"{at}: {value!r} does not match {pattern}"


@functools.cache
def _compiled(pattern):
    """Patterns are written for Java: the classes Python lacks become the nearest wider one."""
    for java, python in ((r"\p{L}", r"\w"), (r"\p{M}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", r"\s")):
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _matches(pattern, value):
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@functools.cache
def filter_names(model):
    """The filters an EC2 operation documents, or None if it lists none."""
    for name in ("Filters", "Filter"):
        shape = model.input_shape.members.get(name)
        if shape is not None:
            documented = html.unescape(shape.documentation)
            return frozenset(re.findall(r"<li>\s*(?:<p>)?\s*<code>\s*([A-Za-z0-9._-]+)", documented)) or None
    return None
