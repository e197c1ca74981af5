"""What waits for an assessor, an expert or a mentor."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.acting import named
from services.portal.api.asking import Anybody, Asking, Only
from services.portal.domain.scope import Scope
from services.portal.stages import Answer
from shared.service.callers import Role

Worker = Annotated[Scope, Depends(Only(Role.ASSESSOR, Role.EXPERT, Role.MENTOR))]
Cursor = Annotated[str, Query(max_length=400)]
ADDRESSES = {
    "assess": "/work/visits/",
    "validate": "/work/validations/",
    "score": "/work/scores/",
    "reconcile": "/work/calibrations/",
}
"""Where each task is done."""


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/work")
    async def list_work(
        asked: Anybody, scope: Worker, after: Cursor = "", plans_after: Cursor = "", firms_after: Cursor = ""
    ) -> Response:
        """What waits for the person: firms to assess, to validate, to score again; evidence, and changes of plans."""
        diagnoses = await _list(asked, "diagnosis", "/diagnoses/waiting", after, Role.ASSESSOR, Role.EXPERT)
        plans = await _list(asked, "development", "/plans/waiting", plans_after, Role.MENTOR)
        mine = await _list(asked, "development", "/plans", firms_after, Role.MENTOR, mine="true", limit=20)
        lists = [each for each in (diagnoses, plans, mine) if isinstance(each, Answer)]
        ids = {item["supplier_id"] for each in lists for item in each.body["items"]}
        return asked.page(
            "work.html",
            diagnoses=diagnoses,
            plans=plans,
            mine=mine,
            named=await named(asked, scope, [*ids]),
            addresses=ADDRESSES,
        )

    return pages


async def _list(
    asked: Asking, stage: str, path: str, after: str, *roles: Role, **query: str | int
) -> Answer | bool | None:
    """A page of a stage's list; False where it is none of the person's, None where the stage is away."""
    if asked.person is None or not asked.person.roles & {*roles}:
        return False
    return await asked.glance(stage, path, **query, **({"after": after} if after else {}))
