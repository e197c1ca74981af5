"""How a firm delivers what anchors buy from it: what they reported by the month, and what the firm says of it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.forms import body, id_of
from services.portal.api.my_firm import STAYING, Own
from services.portal.domain import written
from services.portal.domain.firm import Firm
from services.portal.domain.scope import OwnFirm
from services.portal.store import demand

PERFORMANCE = "/my-firm/performance"
CONTESTS = ("defects", "deliveries", "volume", "month", "other")


def router() -> APIRouter:
    pages = APIRouter(prefix=PERFORMANCE, dependencies=[STAYING])

    @pages.get("")
    async def show_my_performance(asked: Anybody, firm: Own) -> Response:
        """What counts, what it states, and every report."""
        return await _page(asked, firm, UNTRIED)

    @pages.post("/{match_id}/{month}/answer")
    async def answer_report(asked: Anybody, firm: Own, match_id: UUID, month: str, form: Form) -> Response:
        """Accept or contest what was reported of a month, as the firm saw it."""
        given: dict[str, Any] = body(form)
        answer = {name: given[name] for name in ("answer", "reason") if name in given}
        path = f"/suppliers/{firm.id}/performance/{match_id}/{written.month(month)}/answer"
        act = asked.send("matching", "PUT", path, answer, version=str(form.get("version", "")))
        return await acted(asked, act, lambda tried: _page(asked, firm, tried), to=PERFORMANCE)

    return pages


async def _page(asked: Asking, firm: Firm, tried: Tried) -> Response:
    present = await asked.ask("matching", f"/suppliers/{firm.id}/performance")
    ids = [id_of(each["requirement_id"]) for each in present.body["reports"]]
    async with asked.portal.database.connection() as connection:
        anchors = await demand.all_anchors(connection)
        requirements = await demand.requirements_of(connection, OwnFirm(firm.id), ids)
    return asked.page(
        "my_performance.html",
        tried.status,
        found=present.body,
        etag=present.etag,
        anchors={str(id_): anchor.name for id_, anchor in anchors.items()},
        titles={str(id_): each.title for id_, each in requirements.items()},
        contests=CONTESTS,
        **tried.shown,
    )
