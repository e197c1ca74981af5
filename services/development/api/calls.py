"""The versions of the call."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.development import catalogue
from services.development.handlers.refusal import refused
from services.development.views.calls import CallHeadView, CallView
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import Page, Paging, Show, accepted, routes

Version = Annotated[str | None, Query(max_length=40, description="The present one where absent.")]


def router() -> APIRouter:
    api = routes("calls")

    @api.get("/calls", openapi_extra=OPEN_TO_ALL)
    async def list_calls(paging: Paging) -> Page[CallHeadView]:
        """List the versions of the call: by which rules firms are selected."""
        known = catalogue.calls()
        heads = [CallHeadView(version=version, current=version == known.current.version) for version in known.versions]
        return Page[CallHeadView].of_all(heads, paging, lambda head: head)

    @api.get("/call", openapi_extra=OPEN_TO_ALL)
    async def show_call(show: Show, version: Version = None) -> CallView:
        """Show one version of the call: who may be selected, by what firms are ranked, and its limits."""
        known = catalogue.calls()
        found = known.current if version is None else known.versions.get(version)
        return show.shown(CallView.of_call(accepted(found or refused("call_not_found"))))

    return api
