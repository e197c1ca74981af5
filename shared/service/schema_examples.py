"""An example that a JSON Schema accepts, made from the schema itself."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

FORMATS = {"date-time": "2026-03-02T15:04:05Z", "date": "2026-12-31"}

Schema = dict[str, Any]

ANY_NAME: Schema = {"type": "string"}


def example_of(schema: Schema, definitions: Schema, name: str = "") -> Any:  # noqa: ANN401 - any JSON
    """`definitions` are what its refs name; `name` is the field's: the same name has the same id in every example."""
    if "$ref" in schema:
        return example_of(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions, name)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if not schema.keys() - {"title", "description"}:
        return None
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], definitions, name)
    return _of_type(schema, definitions, name)


def _of_type(schema: Schema, definitions: Schema, name: str) -> Any:  # noqa: ANN401 - any JSON
    match schema["type"]:
        case "object":
            return _object(schema, definitions)
        case "array":
            each = schema.get("prefixItems") or [schema["items"]]
            return [example_of(part, definitions, name) for part in each]
        case "boolean":
            return True
        case "integer":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case _ if schema.get("format") == "uuid":
            return str(uuid5(NAMESPACE_URL, name))
        case _:
            return FORMATS.get(schema.get("format", ""), name)


def _object(schema: Schema, definitions: Schema) -> Schema:
    found = {name: example_of(part, definitions, name) for name, part in schema.get("properties", {}).items()}
    for values in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")):
        if isinstance(values, dict):
            key = example_of(ANY_NAME | schema.get("propertyNames", {}), definitions, "name")
            found[key] = example_of(values, definitions)
    return found
