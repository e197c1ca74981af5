"""A cohort's calendar: which firms are taught what in which week, planned by an operator from the hours there are."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.cohorts import Operator
from services.portal.api.forms import body, typed
from shared.days import day_of
from shared.runtime.clock import now

HOURS = ("training_hours", "mentoring_hours", "consultancy_hours", "firm_hours")


def router() -> APIRouter:
    pages = APIRouter(prefix="/cohorts/{cohort_id}/calendar")

    @pages.get("")
    async def show_calendar(asked: Anybody, _: Operator, cohort_id: UUID) -> Response:
        """Its courses, each with firms and weeks, and what has no session."""
        return await _page(asked, cohort_id, UNTRIED)

    @pages.post("")
    async def plan_calendar(asked: Anybody, _: Operator, cohort_id: UUID, form: Form) -> Response:
        """Plan what is not done yet, within hours a week."""
        path, version = f"/cohorts/{cohort_id}/calendar", str(form.get("version", ""))
        act = asked.send("development", "PUT", path, body(form, numbers=HOURS), version=version)
        return await acted(
            asked, act, lambda tried: _page(asked, cohort_id, tried), to=path, typed=typed(form), tells=False
        )

    return pages


async def _page(asked: Asking, cohort_id: UUID, tried: Tried) -> Response:
    calendar = await asked.ask("development", f"/cohorts/{cohort_id}/calendar")
    return asked.page(
        "calendar.html",
        tried.status,
        calendar=calendar.body,
        modules=await asked.modules(),
        version=calendar.etag or "",
        first=(day_of(now()) + timedelta(weeks=1)).isoformat(),
        **tried.shown,
    )
