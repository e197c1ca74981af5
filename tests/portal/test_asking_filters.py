"""A filter that a page does not have: refused where it would show what nobody asked for, elsewhere in no one's way."""

import re
from collections.abc import Iterator
from inspect import signature
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from fastapi.routing import APIRoute

from services.portal.api.asking import Only
from shared.i18n import LANGUAGES
from shared.service.http.routes import dependants, query_names
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, SUPPLIER
from tests.portal.walks import PAGES, _of, _routes, walk, walked

__all__ = ["walk", "walked"]

SAID = {"es": "Aquí no existe el parámetro", "en": "There is no parameter"}

GETS = {route.path: route for route in _routes() if "GET" in (route.methods or ())}


def _filters(route: APIRoute) -> bool:
    signed_in = any(isinstance(each.call, Only) for each in dependants(route.dependant))
    return signed_in and bool(query_names(route.dependant))


FILTERED = [(path, roles) for path, roles in PAGES if roles is not None and _filters(GETS[path])]


def test_there_are_pages_with_filters() -> None:
    assert {"/firms", "/registrations", "/requirements", "/cohorts"} <= {path for path, _ in FILTERED}


@pytest.mark.parametrize(("path", "roles"), FILTERED)
async def test_a_filter_that_a_page_does_not_have_is_refused(portal: Visitors, path: str, roles: frozenset) -> None:
    known = query_names(GETS[path].dependant)
    for language in LANGUAGES:
        role = str(min(roles))
        browser = await portal.signed_in(
            role, language=language, supplier_id=SUPPLIER, anchor_id=ANCHOR, partner_code="nafin"
        )
        answer = await browser.get(f"{_of(path)}?stat=19")
        assert answer.status_code == 422
        assert SAID[language] in answer.text
        assert all(each in answer.text for each in known)


DONE = {"selected"}
"""What was just done, and no filter."""


def _choices(route: APIRoute) -> Iterator[str]:
    """The filters among a list's parameters that have "All" before what can be chosen."""
    for name, kind in get_type_hints(route.endpoint).items():
        if get_origin(kind) is Literal and "" in get_args(kind) and name not in DONE:
            yield name


CHOSEN = [(path, roles, name) for path, roles in FILTERED for name in _choices(GETS[path])]


@pytest.mark.parametrize(("path", "roles", "name"), CHOSEN)
async def test_all_of_a_filter_shows_all(walked: Visitors, path: str, roles: frozenset, name: str) -> None:
    """Whatever a list shows unless it is asked for more."""
    browser = await walked.signed_in(str(min(roles)), supplier_id=SUPPLIER, anchor_id=ANCHOR)
    before = len(walked.others.asked)
    answer = await browser.get(f"{_of(path)}?{name}=")
    assert answer.status_code == 200
    select = re.search(rf'<select id="{name}" name="{name}">.*?</select>', answer.text, re.DOTALL)
    assert select is not None
    assert " selected" not in select[0], "all is what is chosen"
    default = signature(GETS[path].endpoint).parameters[name].default
    asked = {each.url.params.get(name) for each in walked.others.asked[before:]}
    assert not default or default not in asked


def test_there_are_such_filters() -> None:
    assert {"/arco", "/registrations", "/requirements", "/twins"} <= {path for path, _, _ in CHOSEN}


OPEN = [path for path, roles in PAGES if roles is None and not path.startswith(("/static", "/sign-in", "/language"))]


@pytest.mark.parametrize("path", OPEN)
async def test_what_a_mail_program_adds_stops_nobody_on_a_page_for_everybody(walked: Visitors, path: str) -> None:
    answer = await walked.anybody().get(f"{_of(path)}?utm_source=correo")
    assert answer.status_code == 200


async def test_nor_on_a_page_without_filters(portal: Visitors) -> None:
    browser = await portal.signed_in("operator")
    assert (await browser.get("/operator?utm_source=correo")).status_code == 200
