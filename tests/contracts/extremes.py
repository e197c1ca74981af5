"""Values at the ends of what a pydantic core schema allows, as JSON has them."""

import importlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

constants: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")
MOST_CHARACTERS = 40
"""Of a repetition whose end the pattern does not say."""
ANOTHER_DIGIT = "\u0669"
"""Nine in Arabic script: `\\d` of a pattern takes it too."""


def extremes(schema: Mapping[str, Any], name: str = "", known: Mapping[str, Any] | None = None) -> list[Any]:
    """The least value, the greatest with one item in each list, then others: each part at each of its ends, the rest
    of the value as in the first two; each list at its longest. An id is the one that the examples of this name have.
    """
    return list(_values(schema, name, known or {}))


def _values(schema: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> Iterator[Any]:  # noqa: C901, PLR0912 - a case for each kind
    match schema["type"]:
        case "definitions":
            found = {each["ref"]: each for each in schema["definitions"]}
            yield from _values(schema["schema"], name, {**known, **found})
        case "definition-ref":
            yield from _values(known[schema["schema_ref"]], name, known)
        case "dataclass-args":
            yield from _objects({field["name"]: extremes(field, field["name"], known) for field in schema["fields"]})
        case "nullable":
            least, greatest, *others = extremes(schema["schema"], name, known)
            yield from (None, greatest, least, *others)
        case "list" | "tuple" if "items_schema" not in schema or "variadic_item_index" in schema:
            item = schema["items_schema"][0] if schema["type"] == "tuple" else schema["items_schema"]
            yield from _lists(extremes(item, name, known), schema)
        case "tuple":
            parts = [extremes(part, name, known) for part in schema["items_schema"]]
            yield from ([part[end] for part in parts] for end in (0, 1))
        case "dict":
            keys, values = (extremes(schema[part], name, known) for part in ("keys_schema", "values_schema"))
            yield from ({}, {keys[1]: values[1]}, dict.fromkeys(keys, values[0]), dict.fromkeys(keys, values[1]))
        case "function-after" | "function-before":
            bounds = schema["function"]["function"]
            narrowed = bounds.keywords if isinstance(bounds, partial) else {}
            yield from _values(_narrowed(schema["schema"], narrowed), name, known)
        case "literal":
            expected = schema["expected"]
            yield from (expected[0], expected[-1], *expected[1:-1])
        case "str":
            yield from _texts(schema)
        case "bool":
            yield from (False, True)
        case "uuid":
            usual = str(uuid5(NAMESPACE_URL, name))
            yield from (usual, usual, str(UUID(int=0)), str(UUID(int=2**128 - 1)))
        case "int" | "date" | "datetime":
            yield from _ends(schema)
        case _:
            yield from _values(schema["schema"], name, known)


def _narrowed(schema: Mapping[str, Any], bounds: Mapping[str, Any]) -> Mapping[str, Any]:
    if schema["type"] in {"function-after", "function-before"}:
        return {**schema, "schema": _narrowed(schema["schema"], bounds)}
    return {**schema, **bounds} if bounds else schema


def _objects(fields: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    least = {name: values[0] for name, values in fields.items()}
    greatest = {name: values[1] for name, values in fields.items()}
    yield least
    yield greatest
    for name, values in fields.items():
        yield {**least, name: values[1]}
        for value in (values[0], *values[2:]):
            yield {**greatest, name: value}


def _lists(items: list[Any], schema: Mapping[str, Any]) -> Iterator[list[Any]]:
    least, greatest, *others = items
    yield [least] * schema.get("min_length", 0)
    yield [greatest]
    yield from ([item] for item in (least, *others))
    yield [greatest] * schema["max_length"]


def _ends(schema: Mapping[str, Any]) -> Iterator[Any]:
    step: Any = {"int": 1, "date": timedelta(days=1), "datetime": timedelta(microseconds=1)}[schema["type"]]
    lows = [schema[bound] + more for bound, more in (("ge", 0 * step), ("gt", step)) if bound in schema]
    highs = [schema[bound] - less for bound, less in (("le", 0 * step), ("lt", step)) if bound in schema]
    ends = (max(lows), min(highs))
    yield from (end if isinstance(end, int) else end.isoformat() for end in ends)


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    examples = schema.get("metadata", {}).get("pydantic_js_updates", {}).get("examples", ())
    longest = schema.get("max_length", 10_000)
    if schema.get("pattern") is None:
        yield "x" * schema.get("min_length", 0)
        yield "x" * longest
        yield "\U0001f3ed" * longest
    else:
        parsed = list(parser.parse(schema["pattern"]))
        for last, digit in ((False, "0"), (True, "9"), (True, ANOTHER_DIGIT)):
            yield _matching(parsed, digit, longest, last=last)[:longest]
    yield from examples


def _matching(parsed: list[Any], digit: str, longest: int, *, last: bool) -> str:
    """A text of the pattern: shortest of the first characters, or longest of the last."""
    found = ""
    for kind, what in parsed:
        match kind:
            case constants.LITERAL:
                found += chr(what)
            case constants.MAX_REPEAT:
                least, most, inner = what
                count = min(most, MOST_CHARACTERS, longest - len(found) - 4) if last else least
                found += _matching(list(inner), digit, longest, last=last) * max(count, least)
            case constants.SUBPATTERN:
                found += _matching(list(what[-1]), digit, longest, last=last)
            case constants.BRANCH:
                found += _matching(list(what[1][-1 if last else 0]), digit, longest, last=last)
            case constants.IN:
                found += _one_of(what[-1 if last else 0], digit, last=last)
    return found


def _one_of(choice: tuple[Any, Any], digit: str, *, last: bool) -> str:
    kind, what = choice
    if kind is constants.RANGE:
        return chr(what[1 if last else 0])
    return digit if kind is constants.CATEGORY else chr(what)
