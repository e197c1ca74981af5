"""What a selection said of a firm and why, appeals against it, and what other limits would say: as operators see it."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.cohorts import Cursor, Operator
from services.portal.api.forms import trouble, typed
from services.portal.domain.scope import Scope
from services.portal.stages import StageProblem

VERDICTS = ("upheld", "rejected")
Typed = Annotated[str, Query(max_length=20)]
LIMITS = ("capacity", "budget_mxn", "k")


def router() -> APIRouter:
    pages = APIRouter(prefix="/cohorts/{cohort_id}")

    @pages.get("/what-if")
    async def what_if(
        asked: Anybody, _: Operator, cohort_id: UUID, capacity: Typed = "", budget_mxn: Typed = "", k: Typed = ""
    ) -> Response:
        """Who would come and go with other limits. Nothing is written."""
        return await _what_if(asked, cohort_id, (capacity, budget_mxn, k))

    @pages.get("/appeals")
    async def list_appeals(asked: Anybody, scope: Operator, cohort_id: UUID, after: Cursor = "") -> Response:
        """The appeals of a cohort, in the order in which they were made."""
        cohort = await asked.ask("development", f"/cohorts/{cohort_id}")
        query = {"after": after} if after else {}
        found = await asked.ask("development", f"/cohorts/{cohort_id}/appeals", **query)
        names = await named(asked, scope, [each["supplier_id"] for each in found.body["items"]])
        return asked.page("appeals.html", cohort=cohort.body, found=found.body, names=names)

    @pages.get("/outcomes/{supplier_id}")
    async def show_outcome(asked: Anybody, scope: Operator, cohort_id: UUID, supplier_id: UUID) -> Response:
        """What the selection said of one firm and why, with its appeal."""
        return await _outcome(asked, scope, cohort_id, supplier_id)

    @pages.post("/outcomes/{supplier_id}/decision")
    async def decide_appeal(
        asked: Anybody, scope: Operator, cohort_id: UUID, supplier_id: UUID, form: Form
    ) -> Response:
        """Answer the firm's appeal."""
        given = {name: str(form.get(name, "")) for name in ("verdict", "answer") if form.get(name)}
        path = f"/cohorts/{cohort_id}/firms/{supplier_id}/appeal/decision"
        return await acted(
            asked,
            asked.send("development", "POST", path, given, version=str(form.get("version", ""))),
            lambda tried: _outcome(asked, scope, cohort_id, supplier_id, tried),
            to=f"/cohorts/{cohort_id}/outcomes/{supplier_id}",
            typed=typed(form),
            tells=False,
        )

    return pages


async def _outcome(asked: Asking, scope: Scope, cohort_id: UUID, supplier_id: UUID, tried: Tried = UNTRIED) -> Response:
    found = await asked.ask("development", f"/cohorts/{cohort_id}/firms/{supplier_id}")
    names = await named(asked, scope, [str(supplier_id)])
    shown = {"outcome": found.body, "version": found.etag, "names": names, "verdicts": VERDICTS}
    return asked.page("outcome.html", tried.status, **shown, **tried.shown)


async def _what_if(asked: Asking, cohort_id: UUID, limits: tuple[str, str, str]) -> Response:
    cohort = await asked.ask("development", f"/cohorts/{cohort_id}")
    given = {name: value.strip() for name, value in zip(LIMITS, limits, strict=True) if value.strip()}
    found, problem, status = None, None, int(HTTPStatus.OK)
    if given:
        try:
            found = (await asked.ask("development", f"/cohorts/{cohort_id}/what-if", **given)).body
        except StageProblem as error:
            problem, status = trouble(error, asked.words), error.status
    return asked.page(
        "what_if.html", status, cohort=cohort.body, found=found, problem=problem, typed=given, limits=LIMITS
    )
