"""What a name has to tell is one rule: of every name that somebody gives, in all services."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import ValidationError

from services.registration.domain import anchor as anchors
from services.registration.domain import profile as profiles
from services.registration.domain.plants import Plant
from shared.names import says_nothing
from shared.service.schema_examples import example_of
from tests.http.services import STAGES, adapter, bodies
from tests.registration.given import TODAY, profile

NOTHING = (".", "-", "x", "12345", "...", "¿?", "—", "XXX", "x x", "N/A", "n. a.", "s/n", "Ninguno", "2026-1", "ñ")
SOMETHING = ("3M", "Li", "Maquinados 7 Hermanos", "Ñu", "H2 2025", "BMW", "Ana", "李娜", "Núñez y Cía.", "Nana")

ELSEWHERE = {
    "registration": {"legal_name", "contact.name", "name", "plants.name"},
}
"""Names that the domain judges and not the form, which shows what was stored before too."""


@pytest.mark.parametrize("name", NOTHING)
def test_a_name_that_says_nothing(name: str) -> None:
    assert says_nothing(name)


@pytest.mark.parametrize("name", SOMETHING)
def test_a_name_that_says_something(name: str) -> None:
    assert not says_nothing(name)


def _renamed(body: Any, to: str, at: str = "") -> Iterator[tuple[str, Any]]:
    """The body with each of its names replaced, and where that was."""
    match body:
        case dict():
            for key, value in body.items():
                path = f"{at}.{key}".strip(".")
                if isinstance(value, str) and ("name" in key or key == "representative"):
                    yield path, body | {key: to}
                else:
                    yield from ((where, body | {key: inner}) for where, inner in _renamed(value, to, path))
        case list() if body:
            yield from ((where, [inner, *body[1:]]) for where, inner in _renamed(body[0], to, at))


@pytest.mark.parametrize(
    ("stage", "route"),
    [pytest.param(stage, route, id=f"{stage}.{route.name}") for stage in STAGES for route in bodies(stage)],
)
def test_every_name_of_every_body_tells_something(stage: str, route: APIRoute) -> None:
    form = adapter(route)
    schema = form.json_schema()
    example = example_of(schema, schema.get("$defs", {}))
    for where, body in _renamed(example, "12345"):
        if where not in ELSEWHERE.get(stage, ()):
            with pytest.raises(ValidationError) as refused:
                form.validate_python(body)
            assert "field.name_says_nothing" in {each["type"] for each in refused.value.errors()}, where


@pytest.mark.parametrize("name", NOTHING)
def test_every_name_that_the_domain_of_registration_judges(name: str) -> None:
    contact, plant = profiles.Contact(name=name, email="persona@ejemplo.mx"), Plant(name=name, state="22")
    firm = profiles.tidy(profile(legal_name=name, contact=contact, plants=(plant,), municipality=None), TODAY)
    found = {f"profile.{fault.field}": fault.reason for fault in profiles.faults(firm, TODAY)}
    found |= {f"anchor.{fault.field}": fault.reason for fault in anchors.faults("ANCLA-1", name, ("22",))}
    where = {"profile.legal_name", "profile.contact.name", "profile.plants.0.name", "anchor.name"}
    assert found == dict.fromkeys(where, "name_says_nothing")
