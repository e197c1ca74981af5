"""Firms: the list, and one firm's whole story."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Response

from services.portal.api.acts import actors_of
from services.portal.api.asking import Anybody, Only
from services.portal.api.telling import told
from services.portal.domain.scope import Scope
from services.portal.domain.steps import STEPS
from services.portal.store import demand, firms
from shared.contracts.times import Moment
from shared.service.callers import Role

Staff = Annotated[Scope, Depends(Only(Role.OPERATOR, Role.ASSESSOR, Role.EXPERT, Role.MENTOR))]
Filter = Annotated[str, Query(max_length=120)]
PAGE = 50


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/firms")
    async def list_firms(
        asked: Anybody,
        scope: Staff,
        after: UUID | None = None,
        state: Filter = "",
        area: Filter = "",
        step: Filter = "",
        band: Filter = "",
        words: Filter = "",
    ) -> Response:
        """Those that fit the filters, which stay in the address."""
        async with asked.portal.database.connection() as connection:
            found = await firms.page_of_firms(
                connection,
                scope,
                after,
                PAGE + 1,
                state=state or None,
                area=area or None,
                step=step or None,
                band=band or None,
                words=words.strip() or None,
            )
        following = str(found[PAGE - 1].id) if len(found) > PAGE else None
        await asked.looked(*(firm.id for firm in found[:PAGE]))
        return asked.page("firms.html", firms=found[:PAGE], next=following, steps=STEPS, names=await asked.areas())

    @pages.get("/firms/{supplier_id}")
    async def show_firm(
        asked: Anybody, scope: Staff, supplier_id: UUID, before: Moment | None = None, event: UUID | None = None
    ) -> Response:
        """What each stage says of it, and its story."""
        async with asked.portal.database.connection() as connection:
            firm = await firms.firm(connection, scope, supplier_id)
            if firm is None:
                raise HTTPException(404)
            story = await told(connection, scope, supplier_id, before, event)
            asked_for = {match.requirement_id for match in firm.matches}
            closings = await demand.closings(connection, scope, [*asked_for])
            requirements = await demand.requirements_of(connection, scope, [*asked_for])
            anchors = await demand.all_anchors(connection)
        await asked.looked(supplier_id)
        return asked.page(
            "firm.html",
            firm=firm,
            story=story,
            requirements=requirements,
            closings=closings,
            who={id_: anchors[each.anchor_id].name for id_, each in requirements.items() if each.anchor_id in anchors},
            names=await asked.areas(),
            actors=await actors_of(asked, supplier_id, story.entries),
        )

    return pages
