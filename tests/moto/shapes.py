"""Readers of the wire formats: text to the structure of a shape, in the four forms AWS uses.

Each notes in `call.problems` what the shape has no place for, and goes on.
"""

import base64

# --- query and ec2: Filter.1.Value.2=x -------------------------------------------------------


def read_query(call, form):
    if call.model is None:
        return {}
    tree = {}
    for key, value in form.items():
        *parents, leaf = key.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
            if not isinstance(node, dict):
                call.problems.append(f"{key}: both a value and a structure")
                return {}
        node[leaf] = value
    tree.pop("Action", None)
    tree.pop("Version", None)
    shape = call.model.input_shape
    if shape is None:
        call.problems += [f"{key}: unknown" for key in tree]
        return {}
    return _query(call, shape, tree, "")


def _query(call, shape, node, at):
    if shape.type_name == "structure":
        return _query_structure(call, shape, node, at)
    if shape.type_name == "list":
        return _query_list(call, shape, node, at)
    if shape.type_name == "map":
        return _query_map(call, shape, node, at)
    if isinstance(node, dict):
        call.problems.append(f"{at}: a structure where the model has a {shape.type_name}")
        return None
    return scalar(shape, node)


def _query_structure(call, shape, node, at):
    if not isinstance(node, dict):
        call.problems.append(f"{at}: a value where the model has a structure")
        return {}
    found, rest = {}, dict(node)
    for name, member in shape.members.items():
        key = _query_key(call, member, name)
        if key in rest:
            found[name] = _query(call, member, rest.pop(key), f"{at}.{name}" if at else name)
    call.problems += [f"{at}.{key}: unknown" if at else f"{key}: unknown" for key in rest]
    return found


def _query_key(call, member, name):
    if call.protocol == "ec2":
        if "queryName" in member.serialization:
            return member.serialization["queryName"]
        located = member.serialization.get("name", name)
        return located[0].upper() + located[1:]
    if member.type_name == "list" and member.serialization.get("flattened"):
        return member.member.serialization.get("name", member.serialization.get("name", name))
    return member.serialization.get("name", name)


def _query_list(call, shape, node, at):
    if node == "":
        return []
    if call.protocol != "ec2" and not shape.serialization.get("flattened"):
        node = _inside(call, node, shape.member.serialization.get("name", "member"), at)
    return [_query(call, shape.member, item, f"{at}[{i}]") for i, item in enumerate(_numbered(call, node, at))]


def _query_map(call, shape, node, at):
    if not shape.serialization.get("flattened"):
        node = _inside(call, node, "entry", at)
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    found = {}
    for entry in _numbered(call, node, at):
        found[entry.get(key_name)] = _query(call, shape.value, entry.get(value_name), f"{at}.value")
    return found


def _inside(call, node, name, at):
    if isinstance(node, dict) and set(node) == {name}:
        return node[name]
    call.problems.append(f"{at}: the items of this list belong below {at}.{name}")
    return {}


def _numbered(call, node, at):
    """The items of {"1": a, "2": b}."""
    if not isinstance(node, dict) or sorted(node) != sorted(str(i + 1) for i in range(len(node))):
        call.problems.append(f"{at}: not a list numbered 1, 2, 3 ...")
        return []
    return [node[str(i + 1)] for i in range(len(node))]


def scalar(shape, text):
    """The value of a text; text that is none of the type stays text, which validation reports."""
    try:
        if shape.type_name == "boolean":
            return {"true": True, "false": False}.get(text, text)
        if shape.type_name in ("integer", "long"):
            return int(text)
        if shape.type_name in ("float", "double"):
            return float(text)
        if shape.type_name == "blob":
            return base64.b64decode(text)
    except ValueError:
        pass
    return text


# --- json ------------------------------------------------------------------------------------


def read_json(call, shape, value, at):
    if value is None or getattr(shape, "is_document_type", False):
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        found, rest = {}, dict(value)
        for name, member in shape.members.items():
            key = member.serialization.get("name", name)
            if member.serialization.get("location") is None and rest.get(key) is not None:
                found[name] = read_json(call, member, rest.pop(key), f"{at}.{name}" if at else name)
        call.problems += [
            f"{at}.{key}: unknown" if at else f"{key}: unknown" for key, given in rest.items() if given is not None
        ]
        return found
    if shape.type_name == "list" and isinstance(value, list):
        return [read_json(call, shape.member, item, f"{at}[{i}]") for i, item in enumerate(value)]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: read_json(call, shape.value, item, f"{at}.{key}") for key, item in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    return value


# --- xml --------------------------------------------------------------------------------------


def read_xml(call, shape, node, at):
    if shape.type_name == "structure":
        found, rest = {}, list(node)
        for name, member in shape.members.items():
            flat = member.type_name in ("list", "map") and member.serialization.get("flattened")
            key = member.serialization.get("name", name)
            if flat and member.type_name == "list":
                key = member.member.serialization.get("name", key)
            mine = [child for child in rest if _tag(child) == key]
            if not mine or member.serialization.get("location"):
                continue
            rest = [child for child in rest if _tag(child) != key]
            inner = f"{at}.{name}" if at else name
            if flat:
                found[name] = [read_xml(call, member.member, child, inner) for child in mine]
            else:
                found[name] = read_xml(call, member, mine[0], inner)
        call.problems += [f"{at}.{_tag(child)}: unknown" for child in rest]
        return found
    if shape.type_name == "list":
        return [read_xml(call, shape.member, child, f"{at}[{i}]") for i, child in enumerate(node)]
    if shape.type_name == "map":
        return {entry[0].text: read_xml(call, shape.value, entry[1], at) for entry in node}
    return scalar(shape, node.text or "")


def _tag(node):
    return node.tag.rpartition("}")[2]
