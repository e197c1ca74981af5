"""What changed in a firm's profile, as its people and operators see it."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from shared.days import day_of
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.portal.conftest import Visitors
from tests.registration.bodies_given import WHOLE, registered

pytestmark = pytest.mark.usefixtures("nothing_arrives")


async def _put(stage: StageUnderTest, id_: str, role: str, **changed: Any) -> None:
    caller = stage.headers(role, supplier_id=id_) if role == "supplier" else stage.headers(role)
    answer = await stage.client.put(f"/suppliers/{id_}", json=WHOLE | changed, headers=caller | {"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def _days_ago(stage: StageUnderTest, days: int) -> None:
    """All of it happened so many days before."""
    async with stage.database.connection() as connection:
        ago = f"interval '{days} days'"
        await connection.execute(f"UPDATE supplier SET received_at = received_at - {ago}, registered_at = NULL, "
                                 f"status = 'held', profiled_at = profiled_at - {ago}")  # fmt: skip
        await connection.execute(f"UPDATE supplier_past SET since = since - {ago}, until = until - {ago}")


@pytest.mark.parametrize("role", ["supplier", "operator"])
async def test_who_changed_what_and_when(portal: Visitors, role: str) -> None:
    registration = await portal.real("registration")
    id_ = (await registered(registration, **WHOLE))["id"]
    await _put(registration, id_, "supplier", workers=61)
    browser = await portal.signed_in(role, supplier_id=UUID(id_) if role == "supplier" else None, language="en")
    path = "/my-firm/profile/changes" if role == "supplier" else f"/registrations/{id_}/changes"
    page = (await browser.get(path)).text
    assert ("the firm" in page, "<td>51</td><td>61</td>" in page) == (True, True)
    assert "It was registered on" in page
    assert "Persona Ejemplo" not in page


async def test_two_days_are_compared_and_days_that_cannot_be_are_told_at_their_field(portal: Visitors) -> None:
    registration = await portal.real("registration")
    id_ = (await registered(registration, **WHOLE))["id"]
    await _put(registration, id_, "operator", workers=61)
    await _days_ago(registration, 10)
    offering = WHOLE["offering"] | {"certificates": [], "languages": ["en"]}
    await _put(registration, id_, "supplier", workers=70, offering=offering)
    browser = await portal.signed_in("supplier", supplier_id=UUID(id_), language="es")
    today = day_of(now())
    before, then = today - timedelta(days=11), today - timedelta(days=10)

    async def asked(earlier: object, later: object = "") -> tuple[int, str]:
        answer = await browser.get(f"/my-firm/profile/changes?earlier={earlier}&later={later}")
        return answer.status_code, answer.text.partition('id="problem"')[2].partition("</div>")[0] or answer.text

    status, page = await asked(then)
    between = page.partition("<h2>Entre dos ")[2].partition("<h2>Cambio por cambio")[0]
    assert (status, "<td>61</td><td>70</td>" in between, "Ya no está" in between) == (200, True, True)
    assert "<td>en, de</td><td>en</td>" in between
    assert "51" not in between
    assert "Nada cambió entre esos días." in (await asked(then, then))[1]
    for earlier, later, field in (
        (before, "", "earlier"),
        ("2026-02-30", "", "earlier"),
        ("", then, "earlier"),
        (then, today + timedelta(days=1), "later"),
        (today, then, "later"),
    ):
        status, problem = await asked(earlier, later)
        assert (status, f'href="#{field}"' in problem, problem.count("<li>")) == (422, True, 1), (earlier, later)


async def test_a_long_history_is_paged_without_a_gap(portal: Visitors) -> None:
    registration = await portal.real("registration")
    id_ = (await registered(registration, **WHOLE))["id"]
    for workers in range(61, 74):
        await _put(registration, id_, "supplier", workers=workers)
    browser = await portal.signed_in("operator", language="en")
    pages, path = [], f"/registrations/{id_}/changes"
    while path:
        pages.append((await browser.get(path)).text)
        path = pages[-1].partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    steps = [f"<td>{before}</td><td>{after}</td>" for before, after in pairwise([51, *range(61, 74)])]
    assert [sum(step in page for page in pages) for step in steps] == [1] * len(steps)
    assert (len(pages), "It was registered on" in pages[0], "It was registered on" in pages[1]) == (2, False, True)
