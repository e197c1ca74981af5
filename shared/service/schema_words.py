"""The type of a JSON Schema in a few words."""

from typing import Any

FORMATS = {"uuid": "UUID", "date": "date", "date-time": "moment", "path": "path", "password": "secret"}

Schema = dict[str, Any]


def type_of(schema: Schema) -> str:
    """`[Name]` stands for the part of that name."""
    match schema:
        case {"$ref": str(ref)}:
            return f"[{ref.rsplit('/', 1)[-1]}]"
        case {"const": value}:
            return f"`{value}`"
        case {"enum": [*values]}:
            return " or ".join(f"`{value}`" for value in values)
        case {"anyOf": [*kinds]}:
            return " or ".join(type_of(kind) for kind in kinds)
        case {"type": "array", "items": [first, *others]}:
            return f"list of {len(others) + 1}, each {type_of(first)}"
        case {"type": "array", "items": items}:
            return f"list of {type_of(items)}"
        case {"type": "object"}:
            return _object(schema)
        case _:
            return _plain(schema)


def _object(schema: Schema) -> str:
    match schema:
        case {"patternProperties": values}:
            return "; ".join(f"object: {type_of(value)} by key `{pattern}`" for pattern, value in values.items())
        case {"propertyNames": names, "additionalProperties": values}:
            return f"object: {type_of(values)} by key {type_of(names)}"
        case _:
            return "object"


def _plain(schema: Schema) -> str:
    match schema:
        case {"type": "integer"}:
            return "integer" + _range(schema)
        case {"type": "string", "format": str(kind)}:
            return FORMATS[kind]
        case {"type": "string", "pattern": str(pattern)}:
            return f"text `{pattern}`"
        case {"type": "string"}:
            return "text"
        case _:
            return str(schema["type"])


def _range(schema: Schema) -> str:
    least = schema["exclusiveMinimum"] + 1 if "exclusiveMinimum" in schema else schema.get("minimum")
    if least is None:
        return ""
    return f" from {least}" + (f" to {schema['maximum']}" if "maximum" in schema else "")
