"""What a buyer's anchor asks for, and which firms meet it."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Response

from services.portal.api.asking import Anybody, Asking, Form, Only, see
from services.portal.api.forms import Trouble, body, trouble
from services.portal.api.specification_form import WISHES
from services.portal.domain.demand import Requirement
from services.portal.domain.scope import Scope
from services.portal.stages import Answer, StageProblem
from services.portal.store import demand, firms
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role

Buyer = Annotated[Scope, Depends(Only(Role.ANCHOR))]
Area = Annotated[str, Query(max_length=120)]
Skip = Annotated[int, Query(ge=0, le=1_000_000)]
PAGE = 50
CLOSE_REASONS = ("filled", "cancelled")
"""Those that a buyer gives; time and an anchor that leaves have others."""


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/requirements")
    async def list_requirements(
        asked: Anybody,
        scope: Buyer,
        after: UUID | None = None,
        area: Area = "",
        status: Literal["", "open", "closed"] = "",
    ) -> Response:
        """Those of the buyer's anchor that fit the filters, which stay in the address."""
        is_open = None if not status else status == "open"
        async with asked.portal.database.connection() as connection:
            found = await demand.page_of_requirements(
                connection, scope, after, PAGE + 1, area=area or None, is_open=is_open
            )
            counts = await demand.candidate_counts(connection, scope, [each.id for each in found[:PAGE]])
        following = str(found[PAGE - 1].id) if len(found) > PAGE else None
        names = await asked.areas()
        return asked.page("requirements.html", requirements=found[:PAGE], counts=counts, next=following, names=names)

    @pages.get("/requirements/{requirement_id}")
    async def show_requirement(asked: Anybody, scope: Buyer, requirement_id: UUID, after: Skip = 0) -> Response:
        """What is asked, and who meets it, the best first."""
        return await show(asked, scope, requirement_id, after)

    @pages.post("/requirements/{requirement_id}")
    async def close_requirement(asked: Anybody, scope: Buyer, requirement_id: UUID, form: Form) -> Response:
        """Close it with the reason, as its buyer saw it."""
        given = body(form)
        path, version = f"/requirements/{requirement_id}/closure", str(form.get("version", ""))
        reason = {"reason": given["reason"]} if "reason" in given else {}
        try:
            done = await asked.send("matching", "POST", path, reason, version=version)
        except StageProblem as error:
            refused = trouble(error, asked.words)
            return await show(asked, scope, requirement_id, 0, refused, given, error.status)
        await asked.arrived(done)
        return see(asked.look.address())

    return pages


async def own(asked: Asking, scope: Scope, requirement_id: UUID) -> Requirement:
    """A requirement that the buyer may see. Raises HTTPException."""
    async with asked.portal.database.connection() as connection:
        found = (await demand.requirements_of(connection, scope, [requirement_id])).get(requirement_id)
    if found is None:
        raise HTTPException(404)
    return found


async def show(
    asked: Asking,
    scope: Scope,
    requirement_id: UUID,
    skip: int,
    problem: Trouble | None = None,
    typed: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """A requirement's page."""
    requirement = await own(asked, scope, requirement_id)
    async with asked.portal.database.connection() as connection:
        found = await demand.candidates(connection, scope, requirement_id, skip, PAGE + 1)
        known = [each.supplier_id for each in found[:PAGE] if each.introduced]
        named = await firms.names_of(connection, scope, known)
    await asked.looked(*known)
    return asked.page(
        "requirement.html",
        status,
        requirement=requirement,
        candidates=[(each, named.get(each.supplier_id) if each.introduced else None) for each in found[:PAGE]],
        next=str(skip + PAGE) if len(found) > PAGE else None,
        names=await asked.areas(),
        present=await shown_by_stage(asked, f"/requirements/{requirement_id}"),
        reasons=CLOSE_REASONS,
        today=day_of(now()).isoformat(),
        waivable=WISHES,
        firms_named={
            str(each.supplier_id): named[each.supplier_id].name or named[each.supplier_id].folio
            for each in found[:PAGE]
            if each.introduced and each.supplier_id in named
        },
        problem=problem,
        typed=typed or {},
    )


async def shown_by_stage(asked: Asking, path: str) -> Answer | None:
    """What is there now, with the version that a form about it has to name; None while matching does not tell."""
    return await asked.beside("matching", path)
