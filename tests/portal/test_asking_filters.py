"""A filter that a page does not have: refused where it would show what nobody asked for, elsewhere in no one's way."""

import pytest
from fastapi.routing import APIRoute

from services.portal.api.asking import Only
from shared.i18n import LANGUAGES
from shared.service.http.routes import dependants, query_names
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, SUPPLIER
from tests.portal.test_pages import PAGES, _of, _routes, filled

__all__ = ["filled"]

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


OPEN = [path for path, roles in PAGES if roles is None and not path.startswith(("/static", "/sign-in", "/language"))]


@pytest.mark.parametrize("path", OPEN)
async def test_what_a_mail_program_adds_stops_nobody_on_a_page_for_everybody(filled: Visitors, path: str) -> None:
    answer = await filled.anybody().get(f"{_of(path)}?utm_source=correo")
    assert answer.status_code == 200


async def test_nor_on_a_page_without_filters(portal: Visitors) -> None:
    browser = await portal.signed_in("operator")
    assert (await browser.get("/operator?utm_source=correo")).status_code == 200
