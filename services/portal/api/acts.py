"""Who looked at a firm and who acted on it, as each service's audit log has it; and who caused what its story tells."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Response

from services.portal.api.asking import Anybody, Asking, Only
from services.portal.domain.scope import Scope
from services.portal.domain.story import Entry
from services.portal.stages import SERVICES, STAGES
from services.portal.store import firms
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
OF_EACH, OF_ONE = 20, 50


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/firms/{supplier_id}/acts")
    async def list_acts(
        asked: Anybody, scope: Operator, supplier_id: UUID, service: Cursor = "", after: Cursor = ""
    ) -> Response:
        """The oldest first, of each service or of one."""
        async with asked.portal.database.connection() as connection:
            firm = await firms.firm(connection, scope, supplier_id)
        if firm is None:
            raise HTTPException(404)
        chosen = [service] if service in SERVICES else list(SERVICES)
        query: dict[str, str | int] = {"limit": OF_ONE if len(chosen) == 1 else OF_EACH}
        query |= {"after": after} if after and len(chosen) == 1 else {}
        found = await asyncio.gather(
            *(asked.glance(each, f"/suppliers/{supplier_id}/audit", **query) for each in chosen)
        )
        return asked.page("acts.html", firm=firm, found=[*zip(chosen, found, strict=True)])

    return pages


async def actors_of(asked: Asking, supplier_id: UUID, entries: Sequence[Entry]) -> Mapping[str, dict[str, Any]]:
    """Who caused these events, by their ids, for an operator: one question to each stage that tells any of them."""
    if asked.person is None or Role.OPERATOR not in asked.person.roles:
        return {}
    told: dict[str, list[str]] = {}
    for entry in entries:
        told.setdefault(entry.type.partition(".")[0], []).append(str(entry.event_id))
    found = await asyncio.gather(
        *(
            asked.glance(stage, "/journal", key=str(supplier_id), event=ids, limit=200)
            for stage, ids in told.items()
            if stage in STAGES
        )
    )
    entries_ = [each for answer in found if answer is not None for each in answer.body["items"]]
    return {each["event_id"]: each["actor"] for each in entries_ if each["actor"]}
