"""Prospects: plants of public registers beside the firms that are registered, by area and state, and whom to invite."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import typed
from services.portal.domain.scope import Scope
from services.portal.store import demand
from services.portal.views.words import Words
from shared.areas import CODES
from shared.i18n import LANGUAGES
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
Filter = Annotated[str, Query(max_length=3)]
CONFIDENCES = ("high", "medium", "low", "none")
STATUSES = ("prospect", "invited", "registered", "not_interested")
SOURCES = {"retc": "prospect.source.retc", "denue": "prospect.source.denue"}
BASES = {
    "scian": "prospects.why.scian",
    "activity": "prospects.why.activity",
    "branch": "prospects.why.branch",
    "name": "prospects.why.name",
}
ACTS = {
    "invite": "prospect.act.invite",
    "decline": "prospect.act.decline",
    "link": "prospect.act.link",
    "reopen": "prospect.act.reopen",
}
"""How each code of registration is said."""
CHANNELS = ("letter", "telephone", "email", "visit", "event", "cluster")
PAGE, FEW = 100, 20


def router() -> APIRouter:
    pages = APIRouter(prefix="/prospects")

    @pages.get("")
    async def show_coverage(
        asked: Anybody, _: Operator, after: Cursor = "", seem_after: Cursor = "", area: Filter = "", state: Filter = ""
    ) -> Response:
        """What is asked for, who is registered and whom to invite, by area and state; who seems to have registered."""
        query = _given(area=area, state=state)
        found = await asked.ask("registration", "/prospects/coverage", limit=PAGE, **query, **_given(after=after))
        seem = await asked.glance("registration", "/prospects/suggestions", limit=FEW, **_given(after=seem_after))
        async with asked.portal.database.connection() as connection:
            wanted = await demand.open_by_area(connection)
        return asked.page(
            "prospects.html", found=found.body, seem=seem, wanted=wanted, codes=CODES, names=await asked.areas()
        )

    @pages.get("/plants")
    async def list_plants(
        asked: Anybody,
        _: Operator,
        after: Cursor = "",
        area: Filter = "",
        state: Filter = "",
        confidence: Literal["", "high", "medium", "low", "none"] = "",
        status: Literal["", "prospect", "invited", "registered", "not_interested"] = "",
    ) -> Response:
        """Those that fit the filters, which stay in the address; the highest confidence first."""
        query = _given(after=after, area=area, state=state, confidence=confidence, status=status)
        found = await asked.ask("registration", "/prospects", **query)
        return asked.page(
            "prospect_plants.html",
            found=found.body,
            area=area,
            codes=CODES,
            names=await asked.areas(),
            confidences=CONFIDENCES,
            statuses=STATUSES,
        )

    @pages.get("/{prospect_id}")
    async def show_prospect(asked: Anybody, _: Operator, prospect_id: UUID, after: Cursor = "") -> Response:
        """What the register says of it, where it is placed and why, what was done, and a letter to invite it with."""
        return await _page(asked, prospect_id, after=after)

    _add_acting(pages)
    return pages


def _add_acting(pages: APIRouter) -> None:
    @pages.post("/{prospect_id}/invitation")
    async def invite(asked: Anybody, _: Operator, prospect_id: UUID, form: Form) -> Response:
        """Take note that it was invited."""
        return await _acted(asked, prospect_id, "invitation", form, _said(form), at="invite-")

    @pages.post("/{prospect_id}/refusal")
    async def decline(asked: Anybody, _: Operator, prospect_id: UUID, form: Form) -> Response:
        """Take note that it is not interested."""
        return await _acted(asked, prospect_id, "refusal", form, _said(form), at="decline-")

    @pages.post("/{prospect_id}/reopening")
    async def reopen(asked: Anybody, _: Operator, prospect_id: UUID, form: Form) -> Response:
        """Take back what was done by mistake."""
        return await _acted(asked, prospect_id, "reopening", form, _said(form), at="reopen-")

    @pages.post("/{prospect_id}/link")
    async def link(asked: Anybody, _: Operator, prospect_id: UUID, form: Form) -> Response:
        """Say whether a registered firm is this one."""
        given = {"supplier_id": str(form.get("supplier_id", "")), "same": form.get("same") == "yes"}
        return await _acted(asked, prospect_id, "link", form, given)


async def _acted(
    asked: Asking, prospect_id: UUID, path: str, form: FormData, given: dict[str, Any], at: str = ""
) -> Response:
    address, version = f"/prospects/{prospect_id}", str(form.get("version", ""))
    return await acted(
        asked,
        asked.send("registration", "POST", f"{address}/{path}", given, version=version),
        lambda tried: _page(asked, prospect_id, tried),
        to=address,
        typed=typed(form),
        at=at,
        tells=False,
    )


async def _page(asked: Asking, prospect_id: UUID, tried: Tried = UNTRIED, after: str = "") -> Response:
    shown = await asked.ask("registration", f"/prospects/{prospect_id}")
    query = _given(prospect_id=str(prospect_id), after=after)
    seem = await asked.glance("registration", "/prospects/suggestions", limit=FEW, **query)
    return asked.page(
        "prospect.html",
        tried.status,
        prospect=shown.body,
        version=shown.etag,
        seem=None if seem is None else seem.body,
        letters=[(language, _letter(Words(language), shown.body, asked.portal.url)) for language in LANGUAGES],
        channels=CHANNELS,
        sources=SOURCES,
        bases=BASES,
        told_acts=ACTS,
        names=await asked.areas(),
        **tried.shown,
    )


def _letter(words: Words, prospect: dict[str, Any], url: str) -> list[str]:
    """An invitation, paragraph by paragraph. It says what the register says, and nothing of what we make of it."""
    name = prospect["plant"] or prospect["name"] or words("prospects.letter.unnamed")
    trade = prospect["activity"] or prospect["scian_title"]
    source = words(SOURCES[prospect["source"]]) if prospect["source"] in SOURCES else prospect["source"]
    text = words("prospects.letter", name=name, trade=trade, source=source, link=f"{url}/register")
    return text.split("\n\n")


def _said(form: FormData) -> dict[str, str]:
    return _given(**{name: str(form.get(name, "")).strip() for name in ("channel", "note")})


def _given(**query: str) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}
