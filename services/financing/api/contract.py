"""HTTP of what a partner builds against: the contract of its topics, open to all."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from shared.service import partner_contract
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import Problem, Show, routes
from shared.service.http.showing import Document


def router() -> APIRouter:
    api = routes("contract")

    @api.get("/partner-contract", openapi_extra=OPEN_TO_ALL, response_model=dict[str, Any])
    async def show_partner_contract(show: Show) -> Response:
        """Show the topics of a financing partner, in AsyncAPI: which it reads, which it writes, and every event."""
        return show.shown_whole(_document())

    @api.get(
        "/partner-contract/{event_type}", openapi_extra=OPEN_TO_ALL, response_model=dict[str, Any], responses={404: {}}
    )
    async def show_event_schema(event_type: Annotated[str, Path(max_length=60)], show: Show) -> Response:
        """Show one event of these topics, by its `type`, as JSON Schema."""
        if event_type not in partner_contract.EVENTS:
            raise Problem(404, "event_type_unknown", types=", ".join(sorted(partner_contract.EVENTS)))
        return show.shown_whole(_schema(event_type))

    return api


@cache
def _document() -> Document:
    return Document.of(partner_contract.document())


@cache
def _schema(type_: str) -> Document:
    return Document.of(partner_contract.schema(type_))
