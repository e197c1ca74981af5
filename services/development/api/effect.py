"""The program's effect, for reports."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.development import catalogue
from services.development.api.access import Operator
from services.development.domain.impact import cases_of
from services.development.store import effect as store
from services.development.views.effect import EffectView
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Show, routes

Of = Annotated[UUID | None, Query(description="Of one cohort; of all without it.")]


def router(database: Database) -> APIRouter:
    api = routes("effect")

    @api.get("/effect")
    async def show_effect(_: Operator, show: Show, cohort_id: Of = None) -> EffectView:
        """Show what the program did for the firms that had a place: T0 with it, T1 at its plan's end, T2 a year on.

        Before and after by dimension, cost per level gained, days to close by module; who stayed, was awarded, exports;
        by state, size and whether women lead. No figure stands for few firms, nor gives few away.
        """
        rules, at = catalogue.impact_rules(), now()
        async with database.connection() as connection:
            cases = [case async for firm in store.marked(connection) for case in cases_of(firm, rules, at)]
        return show.shown(EffectView.of_cases(cases, cohort_id, rules, catalogue.modules()))

    return api
