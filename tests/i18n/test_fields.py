"""What is wrong with a field is told in the language of who asked, whatever pydantic or a validator of ours finds."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, ErrorTypeInfo
from pydantic_core._pydantic_core import list_all_errors  # pydantic names its errors nowhere else

from shared.contracts.event import Money
from shared.i18n import LANGUAGES, Catalogue, Language
from shared.i18n.fields import CODES, FIELD, FIELDS, FORMS, OTHER, fault
from shared.messaging.topics import EVENT_TYPES
from tests.http.services import SERVICES, openapi_of
from tests.i18n import codes

TYPES: dict[str, ErrorTypeInfo] = {each["type"]: each for each in list_all_errors()}
WORDS = Catalogue()

OF_PYTHON = {
    *(
        "no_such_attribute",
        "get_attribute_error",
        "needs_python_object",
        "iteration_error",
        "default_factory_not_called",
    ),
    *("frozen_field", "frozen_instance", "dataclass_exact_type", "is_instance_of", "is_subclass_of", "callable_type"),
    *("set_item_not_hashable", "datetime_object_invalid", "missing_sentinel_error", "ellipsis_error"),
}
"""Only objects of Python give these."""

OF_CALLS = {each for each in TYPES if "argument" in each}
"""Only calls of functions give these."""

UNUSED = {
    *("frozen_dict_type", "ordered_dict_type", "counter_type", "deque_type", "timezone_naive"),
    *(each for each in TYPES if each.startswith(("bytes_", "time_", "fraction_", "complex_"))),
}
"""No API has fields of these kinds: an error of theirs would be told in the plain sentence."""

OURS = {"value_error", "assertion_error"}
"""What our own validators would raise; they raise `wrong(code)`."""


def error(type_: str, context: dict[str, object] | None = None) -> ErrorDetails:
    return {"type": type_, "loc": ("body", "x"), "msg": "Input should be", "input": None, "ctx": context or {}}


def example(known: ErrorTypeInfo) -> ErrorDetails:
    context: dict[str, object] = dict(known.get("example_context") or {})
    return error(known["type"], context)


def test_every_type_of_error_is_worded_or_cannot_come() -> None:
    left_out = OF_PYTHON | OF_CALLS | UNUSED | OURS
    assert TYPES.keys() - CODES.keys() - left_out == set()
    assert left_out & CODES.keys() == set()
    assert CODES.keys() - TYPES.keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("type_", CODES)
def test_a_type_of_error_has_its_sentence(type_: str, language: Language) -> None:
    found = fault(example(TYPES[type_]))
    sentence = WORDS.text(found["code"], language, **found["params"])
    assert sentence.endswith(".")
    assert not sentence.startswith((FIELD, "Input"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_type_that_is_not_known_has_a_plain_sentence(language: Language) -> None:
    found = fault(error("of_a_later_version", {"error": "Something in English"}))
    assert found["code"] == OTHER
    assert WORDS.text(OTHER, language) in {"No es válido.", "It is not valid."}


def test_choices_are_told_without_an_english_or() -> None:
    found = fault(error("literal_error", {"expected": "'shortlisted' or 'declined'"}))
    assert WORDS.text(found["code"], "es", **found["params"]) == "Es uno de: shortlisted, declined."


def test_a_fault_quotes_nothing_that_was_given() -> None:
    class Given(BaseModel):
        at: int

    with pytest.raises(ValidationError) as raised:
        Given.model_validate({"at": "Juan Pérez"})
    assert "Juan" not in str(fault(raised.value.errors()[0]))


FILES = [file for root in ("deploy", "services", "shared") for file in sorted((codes.ROOT / root).rglob("*.py"))]


def unworded(file: Path) -> list[str]:
    """Faults that a file names and that no catalogue words."""
    parts = file.relative_to(codes.ROOT).parts
    catalogue = Catalogue(".".join(parts[:2])) if parts[0] == "services" else WORDS
    named = [call for call in codes.source([file]).calls if call.name == "wrong"]
    return [
        f"{call.at}: {call.code}"
        for call in named
        if not (call.code.startswith((FIELD, FIELDS)) and all(catalogue.has(call.code, each) for each in LANGUAGES))
    ]


def test_every_fault_that_a_validator_names_is_worded() -> None:
    assert [each for file in FILES for each in unworded(file)] == []


VALIDATES = {"model_validator", "field_validator", "BeforeValidator", "AfterValidator", "WrapValidator"}


def sentences(file: Path) -> Iterator[str]:
    """Errors in words of their own, raised where pydantic takes them for what is wrong with a field."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    given = {
        node.args[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in VALIDATES
        if node.args and isinstance(node.args[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.name in given or _validates(node)):
            raised = [ast.unparse(each.exc) for each in ast.walk(node) if isinstance(each, ast.Raise) and each.exc]
            yield from (
                f"{file.name}:{node.lineno}: {each}"
                for each in raised
                if not each.startswith(("wrong(", "wrong_at(", "PydanticKnownError("))
            )


def _validates(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Call) and ast.unparse(each.func) in VALIDATES for each in node.decorator_list)


def test_no_validator_has_words_of_its_own() -> None:
    assert [each for file in FILES for each in sentences(file)] == []


def test_an_amount_is_told_by_an_example_and_not_by_its_pattern() -> None:
    with pytest.raises(ValidationError) as raised:
        Money(amount="1,50", currency="MXN")
    [found] = raised.value.errors()
    for language in LANGUAGES:
        sentence = WORDS.text(fault(found)["code"], language)
        assert "1250000.00" in sentence
        assert "^" not in sentence


def patterns(schema: object) -> Iterator[str]:
    """Those that a text of it, or a key, must have."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        yield from schema.get("patternProperties", ())
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from patterns(inner)


@pytest.mark.parametrize("name", SERVICES)
def test_what_every_pattern_asks_for_is_told_in_words(name: str) -> None:
    """Seen: `^(0[1-9]|[12][0-9]|3[0-2])$` as what a person was to write."""
    document = openapi_of(name)
    bodies = {ref: schema for ref, schema in document["components"]["schemas"].items() if ref != "Problem"}
    parameters = [each.get("parameters") for path in document["paths"].values() for each in path.values()]
    assert {*patterns(bodies), *patterns(parameters)} - FORMS.keys() == set()


def test_what_every_pattern_of_an_event_asks_for_is_told_in_words() -> None:
    asked = {each for event in EVENT_TYPES.values() for each in patterns(event.model_json_schema())}
    assert asked - FORMS.keys() == set()


def test_words_of_a_pattern_are_none_of_its_signs() -> None:
    for code in FORMS.values():
        for language in LANGUAGES:
            assert not re.search(r"[\^$\\]|\{|\[", WORDS.text(code, language)), code


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_says_something_else_by_the_code_of_a_fault(name: str) -> None:
    """Seen: "Not known yet" as what is wrong with an unknown field, as a page had a column of that name."""
    own = Catalogue(f"services.{name}")
    for code in {OTHER, *CODES.values(), *FORMS.values()}:
        for language in LANGUAGES:
            assert own.text(code, language) == WORDS.text(code, language), code
