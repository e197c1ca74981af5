"""How many values a body may have. There may be a fault in each, so what faults cost is bounded by it."""

from json import detect_encoding
from typing import Any

MOST = 10_000
"""Of any body. A profile could have more by its form; no firm has a thousand processes."""

SPARE = 100
"""More than the form of a body has, so that what is misspelt or too many is told by its name."""

UNKNOWN = 1_000
"""Of a list whose form does not say how many; there is none (`tests/contracts/test_bounds.py`)."""


def allowed(schema: dict[str, Any]) -> int:
    """The most values of a body of this JSON schema."""
    return min(MOST, _values(schema, schema.get("$defs", {})) + SPARE)


def _values(schema: Any, known: dict[str, Any]) -> int:  # noqa: ANN401 - JSON
    if not isinstance(schema, dict):
        return 1
    if "$ref" in schema:
        return _values(known[schema["$ref"].rpartition("/")[2]], known)
    several = [_values(each, known) for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))]
    if several:
        return max(several)
    fields = sum(_values(each, known) for each in schema.get("properties", {}).values())
    places = sum(_values(each, known) for each in schema.get("prefixItems", ()))
    others = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    named = max((_values(each, known) for each in others if isinstance(each, dict)), default=0)
    items = _values(schema["items"], known) if "items" in schema else 0
    most_names: int = schema.get("maxProperties", UNKNOWN)
    most_items: int = schema.get("maxItems", UNKNOWN)
    return 1 + fields + places + named * most_names + items * most_items


def are_more_than(most: int, body: bytes) -> bool:
    """Whether a JSON text has more values than these, seen without reading it."""
    if _marks(body) < most:
        return False
    # Those within texts are no marks. In this order: an escaped backslash escapes nothing.
    text = body.decode(detect_encoding(body), errors="replace").replace("\\\\", "").replace('\\"', "")
    return _marks("".join(text.split('"')[::2]).encode()) >= most


def _marks(text: bytes) -> int:
    """What parts or opens values: before each value but the first there is one."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")
