"""Every page, in one application."""

from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from services.portal.api import (
    acts,
    arco,
    asked,
    assets,
    assignments,
    attachments,
    awards,
    benchmarks,
    calibrations,
    candidates,
    changes,
    cohort_calendar,
    cohorts,
    desk,
    effect,
    errors,
    filing,
    firms,
    home,
    imports,
    letters,
    machines,
    meetings,
    mentoring,
    messages,
    my_authorisation,
    my_certificates,
    my_consent,
    my_data,
    my_firm,
    my_introductions,
    my_meetings,
    my_money,
    my_outcome,
    my_people,
    my_performance,
    my_plan,
    my_profile,
    my_requirements,
    nearness,
    news,
    offline,
    operator,
    outcomes,
    proofs,
    prospects,
    questionnaire,
    questionnaires,
    register,
    registrations,
    requirements,
    resending,
    scores,
    signing,
    twins,
    validations,
    visits,
    work,
)
from services.portal.api.portal import Portal

COMPRESSED_FROM = 500
"""Bytes; less is one packet either way."""


def no_api() -> APIRouter:
    """The portal has no API of its own: programs ask the stages."""
    return APIRouter()


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every page and form: made once in a process, whatever shows them."""
    of_a_firm = (
        my_firm,
        changes,
        my_profile,
        my_authorisation,
        my_certificates,
        my_people,
        my_performance,
        my_introductions,
        my_requirements,
        my_meetings,
        questionnaire,
        my_plan,
        my_outcome,
        arco,
        desk,
        my_consent,
        my_money,
        my_data,
    )
    of_buyers = (asked, requirements, candidates, awards, nearness, meetings)
    at_work = (work, offline, proofs, visits, validations, calibrations, benchmarks, scores, mentoring)
    operating = (
        *(
            registrations,
            twins,
            prospects,
            assignments,
            imports,
            cohorts,
            outcomes,
            letters,
            messages,
            machines,
            resending,
            cohort_calendar,
            effect,
        ),
        acts,
    )
    for_all = (home, signing, register, news, assets, attachments, questionnaires)
    modules = (*for_all, operator, firms, *of_a_firm, *of_buyers, *at_work, *operating)
    return tuple(route for module in modules for route in module.router().routes)


def pages(portal: Portal) -> FastAPI:
    """The application that shows them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, routes=[*_routes()])
    app.state.portal = portal
    app.add_middleware(filing.Filing)
    app.add_middleware(errors.Guarding)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM)
    errors.add_to(app)
    return app
