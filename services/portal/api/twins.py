"""Firms that are probably one, beside each other: an operator keeps both, or says which of them remains."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import typed
from services.portal.domain.scope import Scope
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
STATUSES = ("open", "kept", "merged", "parted")
STRENGTHS = ("strong", "likely", "weak")


def router() -> APIRouter:
    pages = APIRouter(prefix="/twins")

    @pages.get("")
    async def list_twins(
        asked: Anybody,
        _: Operator,
        after: Cursor = "",
        status: Literal["", "open", "kept", "merged", "parted"] = "open",
        strength: Literal["", "strong", "likely", "weak"] = "",
    ) -> Response:
        """The most probable first; those that wait for a decision unless others are asked for."""
        query = {"after": after, "status": status, "strength": strength}
        found = await asked.ask("registration", "/twins", **{name: value for name, value in query.items() if value})
        return asked.page("twins.html", found=found.body, statuses=STATUSES, strengths=STRENGTHS, wanted=query)

    @pages.get("/{twins_id}")
    async def show_twins(asked: Anybody, _: Operator, twins_id: UUID) -> Response:
        """Both firms as they are now, and what can be decided."""
        return await _page(asked, twins_id)

    @pages.post("/{twins_id}/keeping")
    async def keep(asked: Anybody, _: Operator, twins_id: UUID, form: Form) -> Response:
        """They are two firms."""
        return await _acted(asked, twins_id, "keeping", form, None, at="keep-")

    @pages.post("/{twins_id}/merger")
    async def merge(asked: Anybody, _: Operator, twins_id: UUID, form: Form) -> Response:
        """They are one firm."""
        given = {"remains": remains} if (remains := str(form.get("remains", ""))) else {}
        return await _acted(asked, twins_id, "merger", form, given, at="merge-")

    return pages


async def _acted(
    asked: Asking, twins_id: UUID, act: str, form: Form, given: dict[str, Any] | None, *, at: str
) -> Response:
    version = str(form.get("version", ""))
    sent = asked.send("registration", "POST", f"/twins/{twins_id}/{act}", given, version=version)
    return await acted(
        asked,
        sent,
        lambda tried: _page(asked, twins_id, tried),
        to=f"/twins/{twins_id}",
        typed=typed(form),
        at=at,
        tells=act == "merger",
    )


async def _page(asked: Asking, twins_id: UUID, tried: Tried = UNTRIED) -> Response:
    shown = await asked.ask("registration", f"/twins/{twins_id}")
    return asked.page(
        "twins_pair.html", tried.status, pair=shown.body, version=shown.etag, names=await asked.areas(), **tried.shown
    )
