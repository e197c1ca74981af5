"""Schemas of the published language, committed, and the check that a change to one is fully compatible.

`python -m shared.testing.compatibility` checks; with `--write` it also commits a new version of what changed
compatibly. Full compatibility: every committed version reads what the model writes, and the model reads what every
committed version wrote. A break is a new topic `v2`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts.event import EventData
from shared.messaging.topics import EVENT_TYPES

SCHEMAS = Path(__file__).parents[1] / "contracts" / "schemas"

Schema = dict[str, Any]

BOUNDS = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
}
"""Which of two bounds is the stricter."""

IDENTICAL = ("pattern", "format")
PROSE = {"title", "description", "examples"}
"""What tells people of a schema, and binds nobody."""


def schema_of(event: type[EventData]) -> Schema:
    """JSON Schema of an event's `data`, without its prose."""
    schema: Schema = _without_prose(event.model_json_schema())
    return schema


def versions(type_: str, folder: Path = SCHEMAS) -> list[Schema]:
    """Committed schemas of an event type, oldest first."""
    files = sorted((folder / type_).glob("*.json"), key=lambda path: int(path.stem))
    return [_without_prose(json.loads(path.read_text(encoding="utf-8"))) for path in files]


def problems(event: type[EventData], folder: Path = SCHEMAS) -> list[str]:
    """Why this model may not be published as it is; empty when it may."""
    now = schema_of(event)
    committed = versions(event.TYPE, folder)
    found = [
        f"{event.TYPE}: {direction} version {number}: {problem}"
        for number, before in enumerate(committed, 1)
        for direction, reader, writer in (("does not read", now, before), ("is not read by", before, now))
        for problem in refusals(reader, writer)
    ]
    if not found and (not committed or committed[-1] != now):
        return [f"{event.TYPE}: its schema is not committed; run `make generate`"]
    return found


def refusals(reader: Schema, writer: Schema) -> list[str]:
    """Where a reader could refuse what a writer writes."""
    return list(_refusals(reader, writer, reader, writer, "data"))


def _refusals(reader: Schema, writer: Schema, rroot: Schema, wroot: Schema, at: str) -> Iterator[str]:
    reader, writer = _resolved(reader, rroot), _resolved(writer, wroot)
    if not reader:
        return
    if "anyOf" in writer or "anyOf" in reader:
        yield from _alternatives(reader, writer, rroot, wroot, at)
        return
    if reader.get("type") != writer.get("type") and (reader.get("type"), writer.get("type")) != ("number", "integer"):
        yield f"{at} is {writer.get('type')}, read as {reader.get('type')}"
        return
    yield from _values(reader, writer, at)
    yield from _members(reader, writer, rroot, wroot, at)


def _alternatives(reader: Schema, writer: Schema, rroot: Schema, wroot: Schema, at: str) -> Iterator[str]:
    for written in writer.get("anyOf", [writer]):
        tried = [list(_refusals(read, written, rroot, wroot, at)) for read in reader.get("anyOf", [reader])]
        if all(tried):
            yield from min(tried, key=len)


def _values(reader: Schema, writer: Schema, at: str) -> Iterator[str]:
    if allowed := _enumerated(reader):
        written = _enumerated(writer)
        if not written or not written <= allowed:
            yield f"{at} may be {sorted(map(str, written - allowed)) or 'anything'}, which is not read"
    for name in IDENTICAL:
        if name in reader and reader[name] != writer.get(name):
            yield f"{at}: {name} differs"
    for name, stricter in BOUNDS.items():
        if name in reader and (name not in writer or stricter(reader[name], writer[name]) != writer[name]):
            yield f"{at}: {name} {reader[name]} is stricter than what is written"


def _members(reader: Schema, writer: Schema, rroot: Schema, wroot: Schema, at: str) -> Iterator[str]:
    for name in sorted(set(reader.get("required", [])) - set(writer.get("required", []))):
        yield f"{at}.{name} is required to read, and not always written"
    for name, schema in reader.get("properties", {}).items():
        if name in writer.get("properties", {}):
            yield from _refusals(schema, writer["properties"][name], rroot, wroot, f"{at}.{name}")
    for name in ("items", "additionalProperties", "propertyNames"):
        if isinstance(reader.get(name), dict):
            if not isinstance(writer.get(name), dict):
                yield f"{at}: {name} is not declared by the writer"
            else:
                yield from _refusals(reader[name], writer[name], rroot, wroot, f"{at}[]")
    pairs = zip(reader.get("prefixItems", []), writer.get("prefixItems", []), strict=False)
    for index, (read, written) in enumerate(pairs):
        yield from _refusals(read, written, rroot, wroot, f"{at}[{index}]")


def _enumerated(schema: Schema) -> set[Any]:
    return set(schema.get("enum", [schema["const"]] if "const" in schema else []))


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _without_prose(node: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, dict):
        properties = node.get("properties")
        kept = {name: _without_prose(value) for name, value in node.items() if name not in PROSE | {"properties"}}
        if properties is not None:
            kept["properties"] = {name: _without_prose(value) for name, value in properties.items()}
        if isinstance(kept.get("pattern"), str):
            # To JSON Schema the same; to the library that checks it, `\d` is a digit of any script.
            kept["pattern"] = kept["pattern"].replace(r"\d", "[0-9]")
        if not kept.get("propertyNames", True):
            del kept["propertyNames"]
        return kept
    return [_without_prose(item) for item in node] if isinstance(node, list) else node


def write(folder: Path = SCHEMAS) -> list[Path]:
    """Commit a new version of each schema that is new or changed compatibly."""
    written = []
    for event in EVENT_TYPES.values():
        now, committed = schema_of(event), versions(event.TYPE, folder)
        if committed and (committed[-1] == now or any("commit" not in problem for problem in problems(event, folder))):
            continue
        path = folder / event.TYPE / f"{len(committed) + 1}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def main(arguments: list[str]) -> int:
    if "--write" in arguments:
        for path in write():
            sys.stdout.write(f"{path}\n")
    found = [problem for event in EVENT_TYPES.values() for problem in problems(event)]
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    if not found:
        sys.stdout.write(f"{len(EVENT_TYPES)} event schemas are committed and fully compatible\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
