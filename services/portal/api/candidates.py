"""One firm that meets a requirement: how its score comes about, beside another firm's, and what the buyer answers."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Response

from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.forms import Trouble, body, trouble
from services.portal.api.profiles import offered
from services.portal.api.requirements import Buyer, shown_by_stage
from services.portal.domain.candidate import Introduced, compared, introduced
from services.portal.domain.scope import Scope
from services.portal.stages import StageProblem
from services.portal.store import demand, firms
from shared.runtime.database import Connection

After = Annotated[str, Query(max_length=400)]
Other = Annotated[UUID | None, Query(alias="with")]
CURRENCIES = ("MXN", "USD")
CORRECT_REASONS = ("mistyped", "price_renegotiated", "volume_changed", "other")
RETRACT_REASONS = ("mistyped", "other_month", "other_firm", "other")
END_REASONS = ("completed", "cancelled", "price", "quality", "delivery", "mistyped", "other")
DECLINE_REASONS = ("price", "capacity", "quality", "location", "lead_time", "other_supplier", "other")
MOST_OTHERS = 100
"""Firms to choose from for a comparison: the best."""


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/requirements/{requirement_id}/candidates/{match_id}")
    async def show_candidate(
        asked: Anybody, scope: Buyer, requirement_id: UUID, match_id: UUID, other: Other = None, lifts_after: After = ""
    ) -> Response:
        """Criterion by criterion, alone or beside another firm; and what would raise its score."""
        return await show(asked, scope, requirement_id, match_id, other, lifts_after=lifts_after)

    @pages.post("/requirements/{requirement_id}/candidates/{match_id}")
    async def answer_candidate(
        asked: Anybody, scope: Buyer, requirement_id: UUID, match_id: UUID, form: Form, other: Other = None
    ) -> Response:
        """Shortlist or decline it, as the buyer saw it."""
        given = body(form)
        answer = {name: given[name] for name in ("answer", "reason") if name in given}
        version = str(form.get("version", ""))
        try:
            done = await asked.send("matching", "POST", f"/matches/{match_id}/answer", answer, version=version)
        except StageProblem as error:
            refused = trouble(error, asked.words)
            return await show(asked, scope, requirement_id, match_id, other, refused, given, error.status)
        await asked.arrived(done)
        return see(asked.look.address())

    return pages


async def show(
    asked: Asking,
    scope: Scope,
    requirement_id: UUID,
    match_id: UUID,
    other: UUID | None,
    problem: Trouble | None = None,
    typed: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
    *,
    lifts_after: str = "",
) -> Response:
    """A candidate's page."""
    async with asked.portal.database.connection() as connection:
        requirement = (await demand.requirements_of(connection, scope, [requirement_id])).get(requirement_id)
        if requirement is None:
            raise HTTPException(404)
        ids = [match_id] if other is None else [match_id, other]
        shown = [await _introduced(connection, scope, requirement_id, each) for each in ids]
        best = await demand.candidates(connection, scope, requirement_id, 0, MOST_OTHERS)
        known = [each for each in best if each.introduced and each.match_id != match_id]
        named = await firms.names_of(connection, scope, [each.supplier_id for each in known])
    await asked.looked(*(each.supplier_id for each in shown))
    await asked.looked(*named, page="show_requirement")
    present = await shown_by_stage(asked, f"/matches/{match_id}")
    if present is not None and present.body["supplier_id"] is None:
        # Gaps block it again, and that has not arrived here yet.
        raise HTTPException(404)
    part = {"after": lifts_after} if lifts_after else {}
    return asked.page(
        "candidate.html",
        status,
        requirement=requirement,
        shown=shown,
        criteria=compared([each.match for each in shown]),
        others=[
            (str(each.match_id), named[each.supplier_id].name or named[each.supplier_id].folio or "")
            for each in known
            if each.supplier_id in named
        ],
        other="" if other is None else str(other),
        present=present,
        lifts=await asked.glance("matching", f"/matches/{match_id}/lifts", **part),
        **await offered(asked, None if present is None else present.body.get("offer")),
        reasons=DECLINE_REASONS,
        correct_reasons=CORRECT_REASONS,
        end_reasons=END_REASONS,
        retract_reasons=RETRACT_REASONS,
        currencies=CURRENCIES,
        problem=problem,
        typed=typed or {},
    )


async def _introduced(connection: Connection, scope: Scope, requirement_id: UUID, match_id: UUID) -> Introduced:
    candidate = await demand.candidate(connection, scope, requirement_id, match_id)
    firm = None if candidate is None else await firms.firm(connection, scope, candidate.supplier_id)
    found = None if firm is None else introduced(firm, requirement_id, match_id)
    if found is None:
        raise HTTPException(404)
    return found
